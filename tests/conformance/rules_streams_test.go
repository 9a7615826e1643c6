package conformance_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func streamRules() []rule {
	return []rule{
		{name: "a stream is passed on", check: passesStream},
		{name: "a limit before the first output moves on, unseen", holds: native, check: hidesEarlyLimit},
		{name: "an overload before the first output is ridden out, unseen", holds: native, check: hidesEarlyOverload},
		{name: "a failure after the first output is the caller's to see", holds: native, check: passesLateFailure},
	}
}

func passesStream(t *testing.T, s subject) {
	st := s.set(t)
	a := st.stream()
	st.served(a, st.alice)
	if !strings.Contains(a.body, "data: ") {
		t.Errorf("no event in %q", a.body)
	}
}

// limitCode is the provider's word for a limit in a stream.
func (s subject) limitCode() string {
	if s.flavour == providertest.OpenAI {
		return "rate_limit_exceeded"
	}
	return "rate_limit_error"
}

// overloadCode is its word for being overloaded.
func (s subject) overloadCode() string {
	if s.flavour == providertest.OpenAI {
		return "server_is_overloaded"
	}
	return "overloaded_error"
}

func hidesEarlyLimit(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Next(providertest.StreamError(0, s.limitCode()))
	a := st.stream()
	st.served(a, st.bob)
	if strings.Contains(a.body, s.limitCode()) {
		t.Error("the caller sees the first account's failure")
	}
	if status := rig.Status(t, st.pool, st.aliceID); status.CooldownUntil.IsZero() {
		t.Errorf("the limited account is %s without an end", status.State)
	}
}

func hidesEarlyOverload(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Next(providertest.StreamError(0, s.overloadCode()))
	a := st.stream()
	st.served(a, st.alice)
	if strings.Contains(a.body, s.overloadCode()) {
		t.Error("the caller sees the failure")
	}
	st.asked(st.bob, 0)
}

func passesLateFailure(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Next(providertest.StreamError(1, s.overloadCode()))
	a := st.stream()
	st.passed(a, http.StatusOK, st.alice)
	if !strings.Contains(a.body, s.overloadCode()) {
		t.Error("the failure is missing from the stream")
	}
	st.is(st.aliceID, multiaccount.StateReady)
	st.asked(st.bob, 0)
}
