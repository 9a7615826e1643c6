package anthropic_test

import (
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/internal/fixture"
)

func TestReadEvent(t *testing.T) {
	p := anthropic.New(anthropic.Options{})
	for name, test := range map[string]struct {
		name, data string
		want       providers.StreamStep
	}{
		"start":       {"message_start", `{"type":"message_start","message":{}}`, providers.StreamPreamble},
		"ping":        {"ping", `{"type":"ping"}`, providers.StreamPreamble},
		"block":       {"content_block_start", `{"type":"content_block_start"}`, providers.StreamOutput},
		"delta":       {"content_block_delta", `{}`, providers.StreamOutput},
		"block ends":  {"content_block_stop", `{}`, providers.StreamOutput},
		"stop reason": {"message_delta", `{}`, providers.StreamOutput},
		"end":         {"message_stop", `{"type":"message_stop"}`, providers.StreamEnd},
		"no name":     {"", `{"type":"message_stop"}`, providers.StreamEnd},
		"type last":   {"", `{"message":{"type":"error"},"type":"message_start"}`, providers.StreamPreamble},
		"spaced":      {"", "{ \"type\" :\t\"message_stop\" }", providers.StreamEnd},
		"other name":  {"message", `{"type":"content_block_delta"}`, providers.StreamOutput},
		"a message":   {"", `{"id":"msg_1","type":"message","error":null}`, providers.StreamUnknown},
		"type inside": {"", `{"item":{"type":"error"}}`, providers.StreamUnknown},
		"new event":   {"message_thought", `{"type":"message_thought"}`, providers.StreamUnknown},
		"completion":  {"completion", `{"completion":" Hello"}`, providers.StreamUnknown},
		"text":        {"", `hello`, providers.StreamUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			if got := p.ReadEvent([]byte(test.name), []byte(test.data)); got.Step != test.want || got.Status != 0 || got.Body != nil {
				t.Errorf("got %+v, want step %d", got, test.want)
			}
		})
	}
}

// An error in a stream means what the same error means as an answer.
func TestFailedStreamIsClassedLikeAnAnswer(t *testing.T) {
	p := anthropic.New(anthropic.Options{})
	for kind, want := range map[string]account.Class{
		"overloaded_error":      account.ClassOverloaded,
		"rate_limit_error":      account.ClassLimited,
		"billing_error":         account.ClassLimited,
		"authentication_error":  account.ClassUnauthorized,
		"permission_error":      account.ClassForbidden,
		"api_error":             account.ClassServerError,
		"timeout_error":         account.ClassServerError,
		"invalid_request_error": account.ClassCaller,
		"not_found_error":       account.ClassCaller,
		"new_error":             account.ClassCaller,
	} {
		e := p.ReadEvent([]byte("error"), []byte(`{"type":"error","error":{"type":"`+kind+`","message":"m"}}`))
		if e.Step != providers.StreamFailed {
			t.Fatalf("%s: step %d", kind, e.Step)
		}
		got := p.Classify(providers.Answer{Status: e.Status, Body: e.Body, Now: fixture.Now()})
		if got.Class != want || got.Code != kind {
			t.Errorf("%s: %v with code %q, want %v", kind, got.Class, got.Code, want)
		}
	}
	for _, form := range []string{
		`{"error":{"message":"m","type":"overloaded_error"},"request_id":"r","type":"error"}`, `{"error":{"type":"overloaded_error"}}`,
		"{ \"type\" : \"error\" ,\n\"error\" : { \"type\" : \"overloaded_error\" } }",
	} {
		if e := p.ReadEvent(nil, []byte(form)); e.Step != providers.StreamFailed || e.Status != 529 {
			t.Errorf("%s: %+v", form, e)
		}
	}
	for _, data := range []string{``, `{"type":"error"`, `<html>`, `null`, `{"error":7}`} {
		if e := p.ReadEvent([]byte("error"), []byte(data)); e.Step != providers.StreamFailed || e.Status != 400 {
			t.Errorf("an error event with %q: %+v", data, e)
		}
	}
}

func FuzzReadEvent(f *testing.F) {
	f.Add("error", `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`)
	f.Add("", `{"type":"message_stop"}`)
	p := anthropic.New(anthropic.Options{})
	f.Fuzz(func(t *testing.T, name, data string) {
		e := p.ReadEvent([]byte(name), []byte(data))
		failed := e.Step == providers.StreamFailed
		if failed != (e.Status >= 400) {
			t.Errorf("step %d with status %d", e.Step, e.Status)
		}
		if failed && p.Classify(providers.Answer{Status: e.Status, Body: e.Body, Now: fixture.Now()}).Class == account.ClassSuccess {
			t.Error("a failure is classed as a success")
		}
	})
}

func TestReadEventDoesNotAllocate(t *testing.T) {
	p := anthropic.New(anthropic.Options{})
	name, data := []byte("content_block_delta"), []byte(`{"type":"content_block_delta"}`)
	if n := testing.AllocsPerRun(100, func() { p.ReadEvent(name, data) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
