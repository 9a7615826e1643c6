package faults_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// While the token endpoint hangs, callers may leave at their own deadlines;
// those that stay are served by the one exchange.
func TestTokenEndpointHangs(t *testing.T) {
	const staying, leaving = 20, 20
	w := newWorld(t)
	alice := w.srv.AddAccount(providertest.Account{})
	id := rig.Add(t, w.pool, rig.Expired(alice))
	gate := w.srv.HoldExchanges(providertest.BeforeSpending)

	var callers sync.WaitGroup
	for range staying {
		callers.Go(func() {
			if _, err := serve(t.Context(), w.pool); err != nil {
				t.Errorf("a caller that stayed: %v", err)
			}
		})
	}
	rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	ctx, cancel := context.WithCancel(t.Context())
	var leavers sync.WaitGroup
	for range leaving {
		leavers.Go(func() {
			if _, err := serve(ctx, w.pool); !errors.Is(err, context.Canceled) {
				t.Errorf("a caller that left: %v", err)
			}
		})
	}
	cancel()
	leavers.Wait() // before the exchange has ended
	gate.Release()
	callers.Wait()

	stats := w.srv.Stats()
	if stats.Refreshes != 1 || stats.PeakTokenRequests != 1 {
		t.Errorf("%d exchanges, %d at once", stats.Refreshes, stats.PeakTokenRequests)
	}
	checkIdle(t, w.pool)
	if status := rig.Status(t, w.pool, id); status.State != multiaccount.StateReady || status.Generation != 2 {
		t.Errorf("%s, generation %d", status.State, status.Generation)
	}
}

// badAnswers are what a token endpoint, or what stands before it, may say
// that means nothing for the login.
func badAnswers() map[string]providertest.Answer {
	return map[string]providertest.Answer{
		"garbage":             providertest.Garbage(),
		"captive portal":      providertest.CaptivePortal(),
		"500":                 providertest.ServerError(),
		"503":                 providertest.Unavailable(),
		"cut connection":      providertest.Cut(),
		"firewall":            providertest.Challenge(),
		"429":                 providertest.Reply(http.StatusTooManyRequests, nil, "{}"),
		"401 without a word":  providertest.Reply(http.StatusUnauthorized, nil, ""),
		"400 without a code":  providertest.Reply(http.StatusBadRequest, nil, "{}"),
		"grant without token": providertest.Reply(http.StatusOK, nil, `{"token_type":"Bearer","expires_in":3600}`),
		"token with newlines": providertest.Reply(http.StatusOK, nil, `{"access_token":"a\r\nb","refresh_token":"c"}`),
		"redirect":            providertest.Redirect("https://elsewhere.test/"),
		"invalid_grant in a page": providertest.Reply(http.StatusBadRequest,
			http.Header{"Content-Type": {"text/html"}}, "<html>invalid_grant</html>"),
		"500 with invalid_grant": providertest.Reply(http.StatusInternalServerError, nil, `{"error":"invalid_grant"}`),
	}
}

func TestBadTokenAnswerChangesNothing(t *testing.T) {
	for name, answer := range badAnswers() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			events := rig.Record(w.eng)
			alice := w.srv.AddAccount(providertest.Account{})
			id := rig.Add(t, w.pool, rig.Expired(alice))
			alice.NextToken(answer)

			_, err := serve(t.Context(), w.pool)
			var limited *multiaccount.AllAccountsLimitedError
			if !errors.As(err, &limited) || len(limited.Accounts) != 1 || !strings.Contains(limited.Accounts[0].Reason, "anthropic: token refresh") {
				t.Fatalf("error %v, want *AllAccountsLimitedError that says what the refresh failed of", err)
			}
			if wait := time.Until(limited.RetryAt); wait <= 0 || wait > 5*time.Second {
				t.Errorf("the caller may try again in %v", wait)
			}
			status := rig.Status(t, w.pool, id)
			if status.State != multiaccount.StateCooling || !status.Enabled || status.Failures != 0 || status.Reason == "" {
				t.Errorf("%s (%s), enabled %v, %d failures", status.State, status.Reason, status.Enabled, status.Failures)
			}
			failed := rig.Await[multiaccount.RefreshFailed](t, events)
			if failed.AccountID != id || !failed.RetryAt.Equal(limited.RetryAt) || failed.Reason == "" {
				t.Errorf("event %+v, want the time that the caller was told, %v", failed, limited.RetryAt)
			}
			rig.Must(t, w.pool.Refresh(t.Context(), id)) // nothing was lost
			if served, err := serve(t.Context(), w.pool); err != nil || served != id {
				t.Errorf("after a good answer: %v", err)
			}
			if rig.Count[multiaccount.LoginRejected](events) != 0 || w.srv.Stats().RefreshTokensSpentTwice != 0 {
				t.Error("the login was rejected, or its token spent twice")
			}
		})
	}
}

// Until the refresh is tried again, the pool says when, and asks nobody.
func TestFailedExchangeIsNotRepeatedAtOnce(t *testing.T) {
	w := newWorld(t)
	alice := w.srv.AddAccount(providertest.Account{})
	rig.Add(t, w.pool, rig.Expired(alice))
	alice.NextToken(providertest.ServerError(), providertest.ServerError())
	_, _ = serve(t.Context(), w.pool)
	for range 3 {
		_, err := serve(t.Context(), w.pool)
		var limited *multiaccount.AllAccountsLimitedError
		if !errors.As(err, &limited) || limited.RetryAt.IsZero() {
			t.Errorf("error %v, want *AllAccountsLimitedError with a time", err)
		}
	}
	if n := w.srv.Stats().ByEndpoint[providertest.Token]; n != 1 {
		t.Errorf("%d exchanges", n)
	}
}

func TestBadTokenAnswerMovesOn(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.srv.AddAccount(providertest.Account{}), w.srv.AddAccount(providertest.Account{})
	rig.Add(t, w.pool, rig.Expired(alice))
	bobID := rig.Add(t, w.pool, rig.OAuth(bob))
	alice.NextToken(providertest.CaptivePortal())
	if served, err := serve(t.Context(), w.pool); err != nil || served != bobID {
		t.Errorf("served by %s, %v; want the account whose token is good", served, err)
	}
}

// A token that is about to end is used for its last seconds when no other can
// be had.
func TestLastSecondsAreUsed(t *testing.T) {
	w := newWorld(t)
	alice := w.srv.AddAccount(providertest.Account{})
	soon := rig.OAuth(alice)
	soon.ExpiresAt = time.Now().Add(50 * time.Second)
	id := rig.Add(t, w.pool, soon)
	alice.NextToken(providertest.ServerError())
	lease := acquire(t, w.pool, multiaccount.Request{})
	defer lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	if lease.AccountID() != id || lease.Token() != soon.AccessToken {
		t.Error("the token was not used")
	}
}

// The answer of an exchange that took place is lost: the provider takes the
// next try for a theft. The owner is told, and nobody asks again.
func TestLostAnswerEndsTheLogin(t *testing.T) {
	w := newWorld(t)
	events := rig.Record(w.eng)
	alice := w.srv.AddAccount(providertest.Account{})
	id := rig.Add(t, w.pool, rig.Expired(alice))
	alice.NextToken(providertest.Cut().AfterSpending())
	if _, err := serve(t.Context(), w.pool); err == nil {
		t.Fatal("served without a token")
	}
	err := w.pool.Refresh(t.Context(), id)
	var reauth *multiaccount.ReauthRequiredError
	if !errors.As(err, &reauth) || reauth.AccountID != id || !strings.Contains(reauth.Reason, "never saved") {
		t.Errorf("error %v, want *ReauthRequiredError that says why", err)
	}
	if rejected := rig.Await[multiaccount.LoginRejected](t, events); rejected.AccountID != id || rejected.Disabled {
		t.Errorf("%+v, want that the last account was kept", rejected)
	}
	if n := rig.Count[multiaccount.RefreshFailed](events); n != 1 {
		t.Errorf("%d refreshes failed, want the first alone: what ends a login is told once", n)
	}
	if state := rig.Status(t, w.pool, id).State; state != multiaccount.StateLoginLost {
		t.Errorf("the account is %s", state)
	}
	if _, err := serve(t.Context(), w.pool); !errors.As(err, &reauth) {
		t.Errorf("error %v, want *ReauthRequiredError", err)
	}
	if n := w.srv.Stats().ByEndpoint[providertest.Token]; n != 2 {
		t.Errorf("%d exchanges", n)
	}
}
