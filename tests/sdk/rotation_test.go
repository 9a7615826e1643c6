package sdk_test

import (
	"slices"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// forEachUse runs a test for every call of every client.
func forEachUse(t *testing.T, test func(*testing.T, use)) {
	t.Helper()
	forUses(t, uses(), test)
}

// forEachClient runs a test that takes its time for one call of each client.
func forEachClient(t *testing.T, test func(*testing.T, use)) {
	t.Helper()
	all := uses()
	forUses(t, []use{all[0], all[3]}, test)
}

func forUses(t *testing.T, which []use, test func(*testing.T, use)) {
	t.Helper()
	for _, u := range which {
		t.Run(u.name, func(t *testing.T) {
			t.Parallel()
			test(t, u)
		})
	}
}

func TestServed(t *testing.T) {
	forEachUse(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		text, err := u.ask(t.Context(), s.endpoint())
		servedBy(t, text, err, s.alice)
		if status := checkState(t, s, s.aliceID, multiaccount.StateReady); status.InFlight != 0 {
			t.Errorf("%d requests in flight after the answer was read", status.InFlight)
		}
	})
}

func TestServedWithAPIKeys(t *testing.T) {
	forEachUse(t, func(t *testing.T, u use) {
		if !u.takesKeys() {
			return // no such call: ChatGPT's backend knows no keys
		}
		s := play(t, u, rig.Key)
		s.alice.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
		text, err := u.ask(t.Context(), s.endpoint())
		servedBy(t, text, err, s.bob)
		// A key's limits are those of a model; for others it may serve on.
		status := checkState(t, s, s.aliceID, multiaccount.StateReady)
		if left := time.Until(status.CooldownUntil); left < 59*time.Minute {
			t.Errorf("limited for %v (%s), want an hour", left, status.Reason)
		}
	})
}

// The key that the client was made with must not reach the server beside, or
// in place of, the account's token.
func TestClientsOwnKeyIsNotSent(t *testing.T) {
	forEachUse(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		wire := newRecorder(t)
		s.http.Transport = s.pool.Transport(wire)
		text, err := u.ask(t.Context(), s.endpoint())
		servedBy(t, text, err, s.alice)
		if sent := wire.all(); len(sent) == 0 || slices.Contains(sent, sdkKey) {
			t.Errorf("the client's own key is among the %d header values sent", len(sent))
		}
		for _, call := range s.srv.Calls() {
			if slices.Contains(call.Headers, "X-Api-Key") {
				t.Errorf("%s came with an API key", call.Path)
			}
		}
	})
}

func TestLimitedAccountIsLeft(t *testing.T) {
	forEachUse(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		s.alice.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
		for range 2 {
			text, err := u.ask(t.Context(), s.endpoint())
			servedBy(t, text, err, s.bob)
		}
		status := checkState(t, s, s.aliceID, multiaccount.StateCooling)
		if left := time.Until(status.CooldownUntil); left < 59*time.Minute || left > time.Hour {
			t.Errorf("cooling for %v, want an hour", left)
		}
		if n := s.srv.Stats().ByAccount[s.alice.Name()]; n != 1 {
			t.Errorf("the limited account was asked %d times", n)
		}
	})
}

func TestRefusedTokenIsRefreshed(t *testing.T) {
	forEachUse(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		s.alice.Expire() // earlier than its pool knows
		text, err := u.ask(t.Context(), s.endpoint())
		servedBy(t, text, err, s.alice)
		stats := s.srv.Stats()
		if stats.Refreshes != 1 || stats.ByStatus[401] != 1 || stats.RefreshTokensSpentTwice != 0 {
			t.Errorf("%d refreshes, %d refusals, %d tokens spent twice", stats.Refreshes, stats.ByStatus[401], stats.RefreshTokensSpentTwice)
		}
		if status := checkState(t, s, s.aliceID, multiaccount.StateReady); status.Failures != 0 || status.Generation != 2 {
			t.Errorf("%d failures, generation %d", status.Failures, status.Generation)
		}
	})
}

func TestExpiredTokenIsRefreshedBeforeItIsSent(t *testing.T) {
	forEachUse(t, func(t *testing.T, u use) {
		s := play(t, u, rig.Expired)
		s.srv.ExpireAll()
		text, err := u.ask(t.Context(), s.endpoint())
		servedBy(t, text, err, s.alice)
		if stats := s.srv.Stats(); stats.Refreshes != 1 || stats.ByStatus[401] != 0 {
			t.Errorf("%d refreshes, %d refusals", stats.Refreshes, stats.ByStatus[401])
		}
	})
}

func TestServerErrorIsRiddenOut(t *testing.T) {
	forEachClient(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		s.alice.Next(providertest.Unavailable())
		text, err := u.ask(t.Context(), s.endpoint())
		servedBy(t, text, err, s.alice)
		checkState(t, s, s.aliceID, multiaccount.StateReady)
	})
}

func TestRevokedLoginIsLeft(t *testing.T) {
	forEachUse(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		s.alice.Next(providertest.Revoked())
		for range 2 {
			text, err := u.ask(t.Context(), s.endpoint())
			servedBy(t, text, err, s.bob)
		}
		checkState(t, s, s.aliceID, multiaccount.StateReauth)
		checkState(t, s, s.bobID, multiaccount.StateReady)
	})
}

// A login that is gone altogether: the token is refused, and so is the
// refresh token.
func TestDeadLoginIsLeft(t *testing.T) {
	forEachUse(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		s.alice.Revoke()
		text, err := u.ask(t.Context(), s.endpoint())
		servedBy(t, text, err, s.bob)
		checkState(t, s, s.aliceID, multiaccount.StateReauth)
	})
}
