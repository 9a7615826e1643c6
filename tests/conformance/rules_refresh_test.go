package conformance_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func refreshRules() []rule {
	return []rule{
		{name: "a token that has ended is refreshed before it is sent", holds: logins, check: refreshesBefore},
		{name: "any number of callers, one exchange", holds: logins, check: refreshesOnce},
		{name: "a refresh token that stays is kept", holds: logins, check: keepsStaticToken},
		{name: "the server's terminal word ends the login, and the next account serves", holds: logins, check: endsOnTerminal},
		{name: "a bare status, a portal's page or a 5xx ends no login", holds: logins, check: outlivesTrouble},
		{name: "an error under a 200 is the server's word as well", holds: logins, check: endsUnder200},
		{name: "a grant that arrived whole is kept, whatever is around it", holds: logins, check: keepsWholeGrant},
		{name: "a token without an end ends by its own claims", holds: logins, check: endsByClaims},
		{name: "a token that lives for a minute serves, and is not refreshed by each request", holds: logins, check: servesShortLives},
		{name: "new tokens that the API goes on to refuse end the login", holds: logins, check: addsUpRefusals},
		{name: "a key that the API goes on to refuse leaves the pool", holds: keys, check: addsUpKeyRefusals},
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

func endsUnder200(t *testing.T, s subject) {
	st := s.stale(t)
	st.bobID = rig.Add(t, st.pool, s.login(st.bob))
	st.alice.NextToken(providertest.Reply(http.StatusOK, nil, `{"error":"temporarily_unavailable"}`),
		providertest.Reply(http.StatusOK, nil, `{"error":"invalid_grant"}`))
	for range 2 {
		if err := st.pool.Refresh(t.Context(), st.aliceID); err == nil {
			t.Error("the refresh succeeded")
		}
	}
	st.is(st.aliceID, multiaccount.StateReauth) // and not lost: both answers say that nothing was spent
	st.served(st.ask(), st.bob)
}

func keepsWholeGrant(t *testing.T, s subject) {
	for name, text := range map[string]string{
		"byte order mark": "\xef\xbb\xbf%s", "junk behind": "%s\n<!-- 7 -->", "cut at its end": "%.40s",
	} {
		st := s.stale(t)
		grant := fmt.Sprintf(`{"access_token":%q,"refresh_token":"rt-x"}`, "at-"+strings.Repeat("x", 8))
		st.alice.NextToken(providertest.Reply(http.StatusOK, nil, fmt.Sprintf(text, grant)))
		err := st.pool.Refresh(t.Context(), st.aliceID)
		if whole := name != "cut at its end"; (err == nil) != whole {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func endsByClaims(t *testing.T, s subject) {
	st := s.stale(t)
	ends := time.Now().Add(time.Hour).Truncate(time.Second)
	claims := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"exp":%d}`, ends.Unix()))
	st.alice.NextToken(providertest.Reply(http.StatusOK, nil, `{"access_token":"e30.`+claims+`.c2ln","refresh_token":"rt-x"}`))
	rig.Must(t, st.pool.Refresh(t.Context(), st.aliceID))
	if got := rig.Status(t, st.pool, st.aliceID).ExpiresAt; !got.Equal(ends) {
		t.Errorf("the token ends at %v, want %v", got, ends)
	}
}

func servesShortLives(t *testing.T, s subject) {
	st := s.empty(t)
	brief := st.srv.AddAccount(providertest.Account{Flavour: s.flavour, Name: "brief", TokenTTL: time.Minute})
	rig.Add(t, st.pool, rig.Expired(brief))
	for range 5 {
		st.served(st.ask(), brief)
	}
	if n := st.srv.Stats().Refreshes; n != 1 {
		t.Errorf("%d exchanges", n)
	}
}

// refusedForEver asks until the account has had its chances, and none more.
func refusedForEver(t *testing.T, s subject, refused, exchanges int) {
	t.Helper()
	st := s.set(t, func(set *settings.Settings) { set.AccountSelectionStrategy = settings.StrategyRoundRobin })
	st.alice.Next(providertest.Unauthorized().Always())
	for range 12 {
		st.served(st.ask(), st.bob)
	}
	st.is(st.aliceID, multiaccount.StateReauth)
	if stats := st.srv.Stats(); stats.ByStatus[http.StatusUnauthorized] != refused || stats.Refreshes != exchanges {
		t.Errorf("%d refused requests and %d exchanges, want %d and %d", stats.ByStatus[http.StatusUnauthorized], stats.Refreshes, refused, exchanges)
	}
}

func addsUpRefusals(t *testing.T, s subject)    { refusedForEver(t, s, 4, 3) }
func addsUpKeyRefusals(t *testing.T, s subject) { refusedForEver(t, s, 3, 0) }

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
