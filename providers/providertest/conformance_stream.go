package providertest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount/internal/sse"
	"github.com/seed-810f1486/multiaccount/providers"
)

// streamRules hold for providers that read streams.
func (c Conformance) streamRules() []rule {
	if _, reads := c.detached().(providers.StreamReader); !reads {
		return nil
	}
	rules := []rule{
		{"only a failure has a status and a body", readsFailures},
		{"an event is left as it is, and means the same again", readsPurely},
	}
	if !c.Native {
		return rules
	}
	return append(rules,
		rule{"a whole stream begins, shows output and ends", readsWhole},
		rule{"an event means the same in any order and spacing", readsAnyForm},
		rule{"an event means the same without its name", readsUnnamed},
		rule{"the beginning of an event is enough, but for a failure", readsBeginnings},
	)
}

// event is an event that was copied.
type event struct{ name, data string }

// reads is what the provider reads in an event.
func (t trial) reads(e event) providers.StreamEvent {
	t.Helper()
	reader, _ := t.detached().(providers.StreamReader)
	return reader.ReadEvent([]byte(e.name), []byte(e.data))
}

func oddEvents() []event {
	var all []event
	for _, name := range []string{"", "message", "error", "ping", "no.such.event", "\xff"} {
		for _, data := range []string{"", "hello", "{", "null", "[1]", `{"type":7}`, `{"type":"error"}`, `{"error":{"type":"x","code":429}}`, `{"error":"x"}`, "[DONE]"} {
			all = append(all, event{name, data})
		}
	}
	return all
}

func readsFailures(t trial) {
	for _, e := range oddEvents() {
		read := t.reads(e)
		failed := read.Step == providers.StreamFailed
		if failed != (read.Status >= http.StatusBadRequest) || !failed && read.Body != nil {
			t.Errorf("%q: step %d, status %d, body %q", e, read.Step, read.Status, read.Body)
		}
	}
}

func readsPurely(t trial) {
	reader, _ := t.detached().(providers.StreamReader)
	for _, e := range oddEvents() {
		name, data := []byte(e.name), []byte(e.data)
		first := reader.ReadEvent(name, data)
		second := reader.ReadEvent(name, data)
		if first.Step != second.Step || first.Status != second.Status || string(name) != e.name || string(data) != e.data {
			t.Errorf("%q: %+v, then %+v", e, first, second)
		}
	}
}

// streams returns the events of the fake's streams: one for each of its APIs, and
// one that fails.
func (t trial) streams() [][]event {
	t.Helper()
	_, srv := t.attached()
	acct := srv.AddAccount(Account{Flavour: t.Flavour})
	base := srv.Endpoints(t.Flavour).BaseURL
	paths := []string{base + "/v1/messages"}
	if t.Flavour == OpenAI {
		paths = []string{base + "/responses", srv.URL + "/v1/chat/completions"}
	}
	var all [][]event
	for _, path := range paths {
		all = append(all, t.streamed(path, acct))
		acct.Next(StreamFailed(1, "rate_limit_exceeded"))
		all = append(all, t.streamed(path, acct))
	}
	return all
}

// streamed asks for a stream and returns its events.
func (t trial) streamed(url string, acct *AccountHandle) []event {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(`{"model":"m","stream":true}`))
	if err != nil {
		t.Fatal(err)
	}
	t.detached().Authorize(req, credentialOf(acct))
	resp, err := t.client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var scanner sse.Scanner
	var events []event
	for e, rest, ok := scanner.Next(body); ok; e, rest, ok = scanner.Next(rest) {
		events = append(events, event{string(e.Name), string(e.Data)})
	}
	return events
}

func readsWhole(t trial) {
	for i, events := range t.streams() {
		var steps []providers.StreamStep
		for _, e := range events {
			steps = append(steps, t.reads(e).Step)
		}
		last := providers.StreamEnd
		if i%2 == 1 {
			last = providers.StreamFailed
		}
		end := slices.Index(steps, last)
		if len(steps) == 0 || steps[0] != providers.StreamPreamble || !slices.Contains(steps, providers.StreamOutput) ||
			slices.Contains(steps, providers.StreamUnknown) || end < 0 {
			t.Errorf("steps %v of %q", steps, events)
		}
	}
}

// same checks that a changed event is read like the one that it was made from.
func (t trial) same(change func(event) event) {
	t.Helper()
	for _, events := range t.streams() {
		for _, e := range events {
			changed := change(e)
			want, got := t.reads(e), t.reads(changed)
			if got.Step != want.Step || got.Status != want.Status {
				t.Errorf("%q is step %d, status %d; %q is %d, %d", e, want.Step, want.Status, changed, got.Step, got.Status)
			}
		}
	}
}

func readsAnyForm(t trial) {
	t.same(func(e event) event {
		if !json.Valid([]byte(e.data)) {
			return e
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal([]byte(e.data), &members); err != nil {
			return e
		}
		delete(members, "type")
		e.data = reordered(e.data, members)
		return e
	})
}

// reordered writes an object with its type last, one member a line.
func reordered(data string, members map[string]json.RawMessage) string {
	var kind struct{ Type json.RawMessage }
	_ = json.Unmarshal([]byte(data), &kind) // it is valid
	rest := marshal(members)
	if kind.Type != nil {
		rest = append(bytes.TrimSuffix(rest, []byte("}")), `,"type":`...)
		rest = append(append(rest, kind.Type...), '}')
		rest = bytes.Replace(rest, []byte("{,"), []byte("{"), 1)
	}
	var spaced bytes.Buffer
	_ = json.Indent(&spaced, rest, "", "\t") // as valid as before
	return strings.ReplaceAll(spaced.String(), ":", " : ")
}

func readsUnnamed(t trial) {
	for _, name := range []string{"", "message"} {
		t.same(func(e event) event { return event{name, e.data} })
	}
}

func readsBeginnings(t trial) {
	for _, events := range t.streams() {
		for _, e := range events {
			members, is := strings.CutSuffix(e.data, "}")
			want := t.reads(e).Step
			if !is || want == providers.StreamFailed {
				continue
			}
			if got := t.reads(event{e.name, members + `,"echo":"` + strings.Repeat("x", 100)}).Step; got != want {
				t.Errorf("the beginning of %q is step %d, want %d", e, got, want)
			}
		}
	}
}
