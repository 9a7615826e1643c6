package conformance_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/coding/codingtest"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func streamRules() []rule {
	return []rule{
		{name: "a stream is passed on", check: passesStream},
		{name: "a limit before the first output moves on, unseen", holds: native, check: hidesEarlyLimit},
		{name: "an overload before the first output is ridden out, unseen", holds: native, check: hidesEarlyOverload},
		{name: "a limit in a stream without a Content-Type moves on, unseen", holds: native, check: hidesUndeclaredLimit},
		{name: "a limit in a compressed stream moves on, unseen", holds: native, check: hidesCompressedLimit},
		{name: "a limit behind a large echo of the request moves on, unseen", holds: native, check: hidesLimitBehindEcho},
		{name: "an error object in place of a stream is the failure that it tells of", holds: native, check: hidesErrorObject},
		{name: "a stream without an event is a failure: the same account again", holds: native, check: hidesEmptyStream},
		{name: "a stream that ends too early is cut, for the caller too", holds: native, check: passesCut},
		{name: "a compressed error says when its limit ends", holds: native, check: readsCompressedError},
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

// event is one of a stream, without a name.
func event(json string) string { return "data: " + json + "\n\n" }

// fault is an error object of the subject's provider that tells of a limit.
func (s subject) fault() string {
	return `{"type":"error","error":{"type":"` + s.limitCode() + `","code":"` + s.limitCode() + `","message":"Try again in 100s."}}`
}

// begins is the first event of a stream, with echo in it.
func (s subject) begins(echo string) string {
	if s.flavour == providertest.OpenAI {
		return event(`{"type":"response.created","response":{"instructions":"` + echo + `"}}`)
	}
	return event(`{"type":"message_start","message":{"echo":"` + echo + `"}}`)
}

// shows is an event of output.
func (s subject) shows() string {
	if s.flavour == providertest.OpenAI {
		return event(`{"type":"response.output_text.delta","delta":"a"}`)
	}
	return event(`{"type":"content_block_start","index":0}`)
}

// streamed is a reply with these headers, which are pairs.
func streamed(body string, headers ...string) providertest.Answer {
	h := http.Header{"Content-Type": {"text/event-stream"}}
	for pair := range slices.Chunk(headers, 2) {
		h.Set(pair[0], pair[1])
	}
	return providertest.Reply(http.StatusOK, h, body)
}

// hides checks that the caller sees bob's stream and nothing of alice's.
func hides(t *testing.T, s subject, first providertest.Answer) {
	t.Helper()
	st := s.set(t)
	st.alice.Next(first)
	st.served(st.stream(), st.bob)
	if rig.Status(t, st.pool, st.aliceID).CooldownUntil.IsZero() {
		t.Error("the limited account does not rest")
	}
}

func hidesUndeclaredLimit(t *testing.T, s subject) {
	hides(t, s, streamed(s.begins("")+event(s.fault()), "Content-Type", "text/plain"))
}

func hidesCompressedLimit(t *testing.T, s subject) {
	for _, name := range codingtest.Names() {
		body := codingtest.All(name, s.begins("")+event(s.fault()))
		hides(t, s, streamed(string(body), "Content-Encoding", codingtest.Header(name)))
	}
}

func hidesLimitBehindEcho(t *testing.T, s subject) {
	hides(t, s, streamed(s.begins(strings.Repeat("x", 200<<10))+event(s.fault())))
}

func hidesErrorObject(t *testing.T, s subject) {
	hides(t, s, streamed(s.fault()))
	hides(t, s, providertest.Reply(http.StatusOK, nil, s.fault()))
}

func hidesEmptyStream(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Next(streamed(": nothing\n\n"))
	st.served(st.stream(), st.alice)
	st.asked(st.alice, 2)
	st.asked(st.bob, 0)
	st.untouched(st.aliceID)
}

func passesCut(t *testing.T, s subject) {
	st := s.set(t)
	text := s.begins("") + s.shows()
	st.alice.Next(streamed(text))
	if a := st.stream(); a.body != text || !errors.Is(a.err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q, %v", a.body, a.err)
	}
	st.asked(st.bob, 0)
	st.untouched(st.aliceID)
}

func readsCompressedError(t *testing.T, s subject) {
	for _, name := range codingtest.Names() {
		st := s.set(t)
		body := codingtest.All(name, `{"error":{"type":"usage_limit_reached","code":"usage_limit_reached","message":"m","resets_in_seconds":595}}`)
		h := http.Header{"Content-Encoding": {codingtest.Header(name)}}
		st.alice.Next(providertest.Reply(http.StatusTooManyRequests, h, string(body)))
		st.served(st.ask(), st.bob)
		st.rests(st.aliceID, 595*time.Second)
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
