package providertest_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// eventNames returns the events of a stream: their names, and "data" for
// those without one.
func eventNames(body string) []string {
	var names []string
	for event := range strings.SplitSeq(strings.TrimSuffix(body, "\n\n"), "\n\n") {
		first, _, _ := strings.Cut(event, "\n")
		field, value, _ := strings.Cut(first, ": ")
		if field != "event" {
			value = field
		}
		names = append(names, value)
	}
	return names
}

func anthropicEvents() []string {
	return []string{
		"message_start", "content_block_start", "ping",
		"content_block_delta", "content_block_delta", "content_block_delta", "content_block_delta",
		"content_block_stop", "message_delta", "message_stop",
	}
}

func responsesEvents() []string {
	return []string{
		"response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
		"response.output_text.delta", "response.output_text.delta", "response.output_text.delta", "response.output_text.delta",
		"response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed",
	}
}

func TestStreamsHaveTheRealEvents(t *testing.T) {
	srv, accts := pair(t)
	want := map[providertest.Flavour][]string{
		providertest.Anthropic: anthropicEvents(), providertest.OpenAI: responsesEvents(),
	}
	for flavour, acct := range accts {
		got := do(t, client(t), ask(t, srv, acct, streamQuestion))
		if !strings.HasPrefix(got.header.Get("Content-Type"), "text/event-stream") {
			t.Errorf("content type %q", got.header.Get("Content-Type"))
		}
		if names := eventNames(got.body); !slices.Equal(names, want[flavour]) {
			t.Errorf("%s: %v", flavour, names)
		}
	}
}

func TestChatStreamEndsInDone(t *testing.T) {
	srv, accts := pair(t)
	req := authorize(post(t, srv.URL+"/v1/chat/completions", streamQuestion), accts[providertest.OpenAI])
	if got := do(t, client(t), req); !strings.HasSuffix(got.body, "\n\ndata: [DONE]\n\n") {
		t.Errorf("stream %s", got.body)
	}
}

func TestStreamThatFailsAfterIts200(t *testing.T) {
	srv, accts := pair(t)
	a, o := accts[providertest.Anthropic], accts[providertest.OpenAI]
	codex, chat := srv.Endpoints(providertest.OpenAI).BaseURL+"/responses", srv.URL+"/v1/chat/completions"
	tests := map[string]struct {
		acct   *providertest.AccountHandle
		url    string
		answer providertest.Answer
		events []string
	}{
		"anthropic, no output": {a, srv.URL + "/v1/messages", providertest.StreamError(0, "boom"), []string{"message_start", "error"}},
		"anthropic, one delta": {a, srv.URL + "/v1/messages", providertest.StreamError(2, "boom"), []string{"message_start", "content_block_start", "ping", "content_block_delta", "error"}},
		"anthropic, failed":    {a, srv.URL + "/v1/messages", providertest.StreamFailed(0, "boom"), []string{"message_start", "error"}},
		"codex, no output":     {o, codex, providertest.StreamError(0, "boom"), []string{"response.created", "response.in_progress", "error"}},
		"codex, failed":        {o, codex, providertest.StreamFailed(1, "boom"), []string{"response.created", "response.in_progress", "response.output_item.added", "response.failed"}},
		"chat":                 {o, chat, providertest.StreamError(1, "boom"), []string{"data", "data", "data"}},
		"after everything":     {a, srv.URL + "/v1/messages", providertest.StreamError(99, "boom"), append(anthropicEvents(), "error")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.acct.Next(test.answer)
			got := do(t, client(t), authorize(post(t, test.url, streamQuestion), test.acct))
			if names := eventNames(got.body); got.status != http.StatusOK || !slices.Equal(names, test.events) {
				t.Errorf("%d with events %v, want %v", got.status, names, test.events)
			}
			if last := got.body[strings.LastIndex(got.body, "data: "):]; !strings.Contains(last, `"boom"`) {
				t.Errorf("last event %s", last)
			}
		})
	}
}

func TestCut(t *testing.T) {
	srv, accts := pair(t)
	for flavour, acct := range accts {
		acct.Next(providertest.Cut())
		if got, err := try(client(t), ask(t, srv, acct, question)); err == nil {
			t.Errorf("%s: got %d", flavour, got.status)
		}
	}
	if n := srv.Stats().ByStatus[0]; n != 2 {
		t.Errorf("%d calls without a status", n)
	}
}

func TestCutMidBody(t *testing.T) {
	srv, accts := pair(t)
	for name, body := range map[string]string{"plain": question, "stream": streamQuestion} {
		acct := accts[providertest.Anthropic]
		acct.Next(providertest.CutMidBody())
		got := do(t, client(t), ask(t, srv, acct, body))
		if got.status != http.StatusOK || got.body == "" || !errors.Is(got.err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %d, %d bytes, error %v", name, got.status, len(got.body), got.err)
		}
	}
}

func TestHangEndsWithItsClient(t *testing.T) {
	srv, accts := pair(t)
	acct := accts[providertest.Anthropic]
	gate := providertest.NewGate()
	gate.Release()
	acct.Next(providertest.Hang().Behind(gate))
	abandon(t, gate, ask(t, srv, acct, question))
	if err := srv.WaitCalls(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if call := srv.Calls()[0]; call.Status != 0 || call.Account != acct.Name() {
		t.Errorf("call %+v", call)
	}
}

func TestPausedBody(t *testing.T) {
	srv, accts := pair(t)
	acct := accts[providertest.Anthropic]
	gate := providertest.NewGate()
	acct.Next(providertest.PausedBody(gate))
	res, err := client(t).Do(ask(t, srv, acct, streamQuestion))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body := bufio.NewReader(res.Body)
	if line, err := body.ReadString('\n'); err != nil || line != "event: message_start\n" {
		t.Errorf("before the release: %q, %v", line, err)
	}
	if err := gate.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	gate.Release()
	rest, err := io.ReadAll(body)
	if err != nil || !strings.Contains(string(rest), "message_stop") {
		t.Errorf("after the release: %s, %v", rest, err)
	}
}

func TestSlowBodyIsWhole(t *testing.T) {
	srv, accts := pair(t)
	acct := accts[providertest.OpenAI]
	for _, body := range []string{question, streamQuestion} {
		acct.Next(providertest.SlowBody(time.Millisecond))
		slow := do(t, client(t), ask(t, srv, acct, body))
		if slow.err != nil || !strings.Contains(slow.body, "Served by "+acct.Name()) {
			t.Errorf("%s, %v", slow.body, slow.err)
		}
	}
}
