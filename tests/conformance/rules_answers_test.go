package conformance_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func answerRules() []rule {
	return []rule{
		{name: "400, 404, 413 and 422 come back, and say nothing of the account", check: returnsCallersFaults},
		{name: "401: a new token, and the same account again", holds: logins, check: refreshesRefused},
		{name: "401 twice counts, and the next account is asked", holds: logins, check: leavesRefused},
		{name: "401 of a key counts, and the next account is asked", holds: keys, check: leavesRefused},
		{name: "403 revoked takes the account out, but never the last", holds: native, check: disablesRevoked},
		{name: "403 of every other kind comes back, and costs no account", check: returnsForbidden},
		{name: "4xx that names the account: the next account, and only its owner helps", holds: native, check: leavesUnfit},
		{name: "a quota code is a limit, whatever the status", holds: codes, check: leavesUsedUp},
		{name: "a phrase that an error quotes, or a page, says nothing of the account", holds: native, check: trustsNoQuotes},
		{name: "408 and 409: the same account again", check: ridesOutRetry},
		{name: "429 moves on to the next account", check: leavesLimited},
		{name: "429 of the request comes back, and limits nobody", holds: native, check: returnsTooMuch},
		{name: "429 of a speed tier keeps that tier alone from the account", holds: native, check: keepsTiersApart},
		{name: "429 of all is a typed error with the first reset", check: tellsWhenAllLimited},
		{name: "429 of all: a reset that is near is waited for", check: waitsForReset},
		{name: "5xx: the same account again", check: ridesOutServerError},
		{name: "5xx that says when to come back: waited for as long, if a request may", check: waitsForServer},
		{name: "529: the same account again", holds: native, check: ridesOutOverload},
		{name: "a broken connection: the same account again", check: ridesOutCut},
		{name: "a body that cannot be read again is sent once", check: sendsOnce},
		{name: "a caller that gives up is served no longer, and blames nobody", check: letsGo},
		{name: "another host is refused before anything is sent", check: refusesForeignHosts},
	}
}

func returnsCallersFaults(t *testing.T, s subject) {
	st := s.set(t)
	for _, status := range []int{http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity} {
		st.alice.Next(providertest.Reply(status, nil, `{"error":{"type":"invalid_request_error","message":"no"}}`))
		st.passed(st.ask(), status, st.alice)
		st.untouched(st.aliceID)
	}
}

func refreshesRefused(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Expire() // earlier than its pool knows
	st.served(st.ask(), st.alice)
	st.untouched(st.aliceID)
	if n := st.srv.Stats().Refreshes; n != 1 {
		t.Errorf("%d refreshes", n)
	}
}

func leavesRefused(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Next(providertest.Unauthorized(), providertest.Unauthorized())
	st.served(st.ask(), st.bob)
	if status := rig.Status(t, st.pool, st.aliceID); status.Failures != 1 {
		t.Errorf("%d failures, want 1", status.Failures)
	}
}

func disablesRevoked(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Next(providertest.Revoked())
	st.served(st.ask(), st.bob)
	st.is(st.aliceID, multiaccount.StateReauth)
	st.bob.Next(providertest.Revoked())
	var reauth *multiaccount.ReauthRequiredError
	if a := st.ask(); !errors.As(a.err, &reauth) {
		t.Errorf("all revoked: status %d, error %v", a.status, a.err)
	}
	if !rig.Status(t, st.pool, st.bobID).Enabled {
		t.Error("the last account was switched off")
	}
}

func returnsForbidden(t *testing.T, s subject) {
	for name, refusal := range map[string]providertest.Answer{
		"entitlement":  providertest.Entitlement(),
		"verification": providertest.Verification("https://example.com/verify"),
		"organization": providertest.OrganizationForbidden(),
		"forbidden":    providertest.Forbidden(),
	} {
		st := s.set(t)
		st.alice.Next(refusal)
		if a := st.ask(); a.err != nil || a.status != http.StatusForbidden || a.body == "" {
			t.Errorf("%s: status %d, error %v", name, a.status, a.err)
		}
		st.untouched(st.aliceID)
	}
}

func leavesLimited(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	st.served(st.ask(), st.bob)
	st.served(st.ask(), st.bob)
	st.rests(st.aliceID, time.Hour)
	st.asked(st.alice, 1)
}

func tellsWhenAllLimited(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Next(providertest.Limited(providertest.RetryAfter(2 * time.Hour)))
	st.bob.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	a := st.ask()
	var limited *multiaccount.AllAccountsLimitedError
	if !errors.As(a.err, &limited) || len(limited.Accounts) != 2 {
		t.Fatalf("status %d, error %v", a.status, a.err)
	}
	if left := time.Until(limited.RetryAt); left < 59*time.Minute || left > time.Hour {
		t.Errorf("try again in %v, want an hour", left)
	}
}

func waitsForReset(t *testing.T, s subject) {
	st := s.set(t, func(s *settings.Settings) { s.MaxWait = 10 * time.Second })
	st.alice.Next(providertest.Limited(providertest.RetryAfterMillis(300 * time.Millisecond)))
	st.bob.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	st.served(st.ask(), st.alice)
}

func ridesOutServerError(t *testing.T, s subject) { s.ridesOut(t, providertest.ServerError()) }

// waitsForServer checks a wait that is longer than the usual pause, and one that
// is longer than a request may wait.
func waitsForServer(t *testing.T, s subject) {
	st := s.set(t, func(s *settings.Settings) { s.MaxWait = 10 * time.Second })
	trouble := func(wait string) providertest.Answer {
		return providertest.Reply(http.StatusServiceUnavailable, http.Header{"Retry-After": {wait}}, `{}`)
	}
	st.alice.Next(trouble("2"))
	begun := time.Now()
	st.served(st.ask(), st.alice)
	if took := time.Since(begun); took < 2*time.Second {
		t.Errorf("asked again after %v", took)
	}
	st.alice.Next(trouble("60"))
	st.served(st.ask(), st.bob)
	st.untouched(st.aliceID)
}

func ridesOutOverload(t *testing.T, s subject) { s.ridesOut(t, providertest.Overloaded()) }

func ridesOutCut(t *testing.T, s subject) { s.ridesOut(t, providertest.Cut()) }

func (s subject) ridesOut(t *testing.T, trouble providertest.Answer) {
	t.Helper()
	st := s.set(t)
	st.alice.Next(trouble)
	st.served(st.ask(), st.alice)
	st.untouched(st.aliceID)
	st.asked(st.bob, 0)
}

func sendsOnce(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Next(providertest.ServerError())
	st.passed(st.send(t.Context(), question{body: plain, once: true}), http.StatusInternalServerError, st.alice)
	st.asked(st.alice, 1)
	st.asked(st.bob, 0)
}

func letsGo(t *testing.T, s subject) {
	st := s.set(t)
	gate := providertest.NewGate()
	st.alice.Next(providertest.OK().Behind(gate))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan answer, 1)
	go func() { ended <- st.send(ctx, question{body: plain}) }()
	rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	cancel()
	if a := <-ended; !errors.Is(a.err, context.Canceled) {
		t.Errorf("status %d, error %v", a.status, a.err)
	}
	st.untouched(st.aliceID)
	st.asked(st.bob, 0)
}

func refusesForeignHosts(t *testing.T, s subject) {
	st := s.set(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://elsewhere.example/", http.NoBody)
	rig.Must(t, err)
	resp, err := st.http.Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	var foreign *multiaccount.ForeignHostError
	if !errors.As(err, &foreign) {
		t.Errorf("error %v", err)
	}
	st.alice.Next(providertest.Redirect("https://elsewhere.example/"))
	if a := st.ask(); !errors.As(a.err, &foreign) {
		t.Errorf("a redirect: status %d, error %v", a.status, a.err)
	}
}
