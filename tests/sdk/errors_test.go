package sdk_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/openai/openai-go/v3"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestAllLimitedThroughTheClient(t *testing.T) {
	forEachUse(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		s.alice.Next(providertest.Limited(providertest.RetryAfter(2 * time.Hour)))
		s.bob.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
		_, err := u.ask(t.Context(), s.endpoint())
		var limited *multiaccount.AllAccountsLimitedError
		if !errors.As(err, &limited) {
			t.Fatalf("error %v, want *AllAccountsLimitedError", err)
		}
		if wait := time.Until(limited.RetryAt); wait < 59*time.Minute || wait > time.Hour {
			t.Errorf("retry in %v, want after the shorter limit", wait)
		}
		if len(limited.Accounts) != 2 || limited.Accounts[0].ID != s.aliceID {
			t.Errorf("accounts %+v", limited.Accounts)
		}
	})
}

func TestReauthThroughTheClient(t *testing.T) {
	forEachUse(t, func(t *testing.T, u use) {
		s := play(t, u, rig.Expired)
		s.alice.NextToken(providertest.InvalidGrant())
		rig.Must(t, s.pool.Remove(t.Context(), s.bobID))
		_, err := u.ask(t.Context(), s.endpoint())
		var reauth *multiaccount.ReauthRequiredError
		if !errors.As(err, &reauth) || reauth.AccountID != s.aliceID || reauth.Reason == "" {
			t.Fatalf("error %v, want *ReauthRequiredError of the only account", err)
		}
	})
}

func TestNoAccountsThroughTheClient(t *testing.T) {
	forEachUse(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		rig.Must(t, s.pool.SetEnabled(t.Context(), s.aliceID, false))
		rig.Must(t, s.pool.SetEnabled(t.Context(), s.bobID, false))
		if _, err := u.ask(t.Context(), s.endpoint()); !errors.Is(err, multiaccount.ErrNoAccounts) {
			t.Errorf("error %v, want ErrNoAccounts", err)
		}
	})
}

// What is the caller's fault comes back as the client's own error.
func TestCallersFaultIsTheClientsOwnError(t *testing.T) {
	forEachUse(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		s.alice.Next(providertest.BadRequest())
		_, err := u.ask(t.Context(), s.endpoint())
		if status := statusOf(err); status != http.StatusBadRequest {
			t.Errorf("error %v, want the API's 400", err)
		}
		checkState(t, s, s.aliceID, multiaccount.StateReady)
		if n := s.srv.Stats().ByAccount[s.bob.Name()]; n != 0 {
			t.Error("another account was asked for what none can answer")
		}
	})
}

func statusOf(err error) int {
	var a *anthropic.Error
	var o *openai.Error
	switch {
	case errors.As(err, &a):
		return a.StatusCode
	case errors.As(err, &o):
		return o.StatusCode
	}
	return 0
}

// A client left with its own retries asks again for what the pool refused;
// nobody upstream is asked for it, and the error stays the pool's.
func TestClientsOwnRetries(t *testing.T) {
	const defaultRetries = 2
	forEachClient(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		to := s.endpoint()
		to.retries = defaultRetries
		s.alice.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
		text, err := u.ask(t.Context(), to)
		servedBy(t, text, err, s.bob)

		s.bob.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
		_, err = u.ask(t.Context(), to)
		var limited *multiaccount.AllAccountsLimitedError
		if !errors.As(err, &limited) {
			t.Errorf("error %v, want *AllAccountsLimitedError", err)
		}
		if n := s.srv.Stats().Requests; n != 3 {
			t.Errorf("%d requests upstream, want 3", n)
		}
	})
}
