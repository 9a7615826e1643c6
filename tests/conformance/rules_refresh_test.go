package conformance_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func refreshRules() []rule {
	return []rule{
		{name: "a token that has ended is refreshed before it is sent", holds: logins, check: refreshesBefore},
		{name: "any number of callers, one exchange", holds: logins, check: refreshesOnce},
		{name: "a refresh token that stays is kept", holds: logins, check: keepsStaticToken},
		{name: "the server's terminal word ends the login, and the next account serves", holds: logins, check: endsOnTerminal},
		{name: "a bare status, a portal's page or a 5xx ends no login", holds: logins, check: outlivesTrouble},
		{name: "a key is never refreshed", holds: keys, check: refusesKeyRefresh},
	}
}

// stale is a stage on which alice's token has ended, and her pool knows it.
func (s subject) stale(t *testing.T) *stage {
	t.Helper()
	st := s.empty(t)
	st.alice.Expire()
	st.aliceID = rig.Add(t, st.pool, rig.Expired(st.alice))
	return st
}

func refreshesBefore(t *testing.T, s subject) {
	st := s.stale(t)
	st.served(st.ask(), st.alice)
	if stats := st.srv.Stats(); stats.ByStatus[http.StatusUnauthorized] != 0 || stats.Refreshes != 1 {
		t.Errorf("%d refusals, %d refreshes", stats.ByStatus[http.StatusUnauthorized], stats.Refreshes)
	}
}

func refreshesOnce(t *testing.T, s subject) {
	st := s.stale(t)
	gate := st.alice.HoldExchanges(providertest.AfterSpending)
	var callers sync.WaitGroup
	answers := make(chan answer, 20)
	for range cap(answers) {
		callers.Go(func() { answers <- st.ask() })
	}
	rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	gate.Release()
	callers.Wait()
	for range cap(answers) {
		st.served(<-answers, st.alice)
	}
	if stats := st.srv.Stats(); stats.Refreshes != 1 || stats.RefreshTokensSpentTwice != 0 {
		t.Errorf("%d refreshes, %d tokens spent twice", stats.Refreshes, stats.RefreshTokensSpentTwice)
	}
}

func keepsStaticToken(t *testing.T, s subject) {
	st := s.empty(t)
	h := st.srv.AddAccount(providertest.Account{Flavour: s.flavour, Name: "static", StaticRefreshToken: true})
	id := rig.Add(t, st.pool, rig.Expired(h))
	h.Expire()
	for range 2 {
		rig.Must(t, st.pool.Refresh(t.Context(), id))
		st.served(st.ask(), h)
	}
}

func endsOnTerminal(t *testing.T, s subject) {
	for name, dead := range map[string]providertest.Answer{
		"invalid_grant":        providertest.InvalidGrant(),
		"unauthorized_client":  providertest.OAuthError("unauthorized_client"),
		"invalid_scope":        providertest.OAuthError("invalid_scope"),
		"refresh_token_reused": providertest.ReusedRefreshToken(),
	} {
		st := s.stale(t)
		st.bobID = rig.Add(t, st.pool, s.login(st.bob))
		st.alice.NextToken(dead)
		if a := st.ask(); a.err != nil || a.account != st.bob.Name() {
			t.Errorf("%s: by %q, error %v", name, a.account, a.err)
		}
		st.is(st.aliceID, multiaccount.StateReauth)
	}
}

func outlivesTrouble(t *testing.T, s subject) {
	for name, trouble := range map[string]providertest.Answer{
		"bare 400": providertest.Reply(http.StatusBadRequest, nil, "{}"),
		"bare 401": providertest.Reply(http.StatusUnauthorized, nil, "{}"),
		"portal":   providertest.CaptivePortal(),
		"garbage":  providertest.Garbage(),
		"503":      providertest.Unavailable(),
		"cut":      providertest.Cut(),
	} {
		st := s.stale(t)
		st.alice.NextToken(trouble)
		if err := st.pool.Refresh(t.Context(), st.aliceID); err == nil {
			t.Errorf("%s: the refresh succeeded", name)
		}
		if status := rig.Status(t, st.pool, st.aliceID); status.State == multiaccount.StateReauth || !status.Enabled {
			t.Errorf("%s: the login is %s (%s)", name, status.State, status.Reason)
		}
		rig.Must(t, st.pool.Refresh(t.Context(), st.aliceID))
		st.served(st.ask(), st.alice)
	}
}

func refusesKeyRefresh(t *testing.T, s subject) {
	st := s.set(t)
	var reauth *multiaccount.ReauthRequiredError
	if err := st.pool.Refresh(t.Context(), st.aliceID); !errors.As(err, &reauth) {
		t.Errorf("error %v", err)
	}
	if n := st.srv.Stats().ByEndpoint[providertest.Token]; n != 0 {
		t.Errorf("the token endpoint was asked %d times", n)
	}
}
