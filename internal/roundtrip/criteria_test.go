package roundtrip

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/internal/guard"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
)

func post(tb testing.TB, body string, headers ...string) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://provider.test/v1", strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return req
}

// TestAffinityOrder checks that the first source that is present counts.
func TestAffinityOrder(t *testing.T) {
	const body = `{"model":"m","prompt_cache_key":"cache","metadata":{"user_id":"user"},"conversation":{"id":"conv"},"input":"hello"}`
	tests := map[string]struct {
		req  *http.Request
		want string
	}{
		"x-session-id":          {post(t, body, "x-session-id", "one", "session_id", "two"), "one"},
		"session_id":            {post(t, body, "session_id", "two", "conversation_id", "four"), "two"},
		"claude code's session": {post(t, body, "x-claude-code-session-id", "three"), "three"},
		"conversation_id":       {post(t, body, "conversation_id", "four", "thread-id", "five"), "four/five"},
		"session-id":            {post(t, body, "session-id", "one", "session_id", "two"), "one"},
		"thread-id":             {post(t, body, "thread-id", "five", "x-session-affinity", "six"), "five"},
		"x-session-affinity":    {post(t, body, "x-session-affinity", "six"), "six"},
		"an empty header":       {post(t, body, "x-session-id", " ", "x-session-affinity", "six"), "six"},
		"prompt_cache_key":      {post(t, body), "cache"},
		"metadata.user_id":      {post(t, `{"metadata":{"user_id":"user"},"conversation":"conv"}`), "user"},
		"conversation's id":     {post(t, `{"conversation":{"id":"conv"},"input":"hello"}`), "conv"},
		"conversation":          {post(t, `{"conversation":"conv","input":"hello"}`), "conv"},
		// printf hello | sha256sum
		"input text": {post(t, `{"input":"hello"}`), "2cf24dba5fb0a30e"},
		"first user message": {
			post(t, `{"messages":[{"role":"system","content":"be nice"},{"role":"user","content":"hello"},{"role":"user","content":"more"}]}`),
			"2cf24dba5fb0a30e",
		},
		"its parts, whatever is said about caching": {
			post(t, `{"messages":[{"role":"user","content":[{"type":"text","text":"hel","cache_control":{"type":"ephemeral"}},{"type":"text","text":"lo"}]}]}`),
			"2cf24dba5fb0a30e",
		},
		"Google's contents": {
			post(t, `{"systemInstruction":{"parts":[{"text":"be nice"}]},"contents":[{"role":"user","parts":[{"text":"hel"},{"text":"lo"}]},{"role":"model","parts":[{"text":"hi"}]}]}`),
			"2cf24dba5fb0a30e",
		},
		"Google's without a role":    {post(t, `{"contents":[{"parts":[{"text":"hello"}]}]}`), "2cf24dba5fb0a30e"},
		"Google's cached content":    {post(t, `{"cachedContent":"cachedContents/c","contents":[{"parts":[{"text":"hello"}]}]}`), "cachedContents/c"},
		"Code Assist":                {post(t, `{"model":"m","request":{"contents":[{"role":"user","parts":[{"text":"hello"}]}]}}`), "2cf24dba5fb0a30e"},
		"Code Assist with a session": {post(t, `{"model":"m","request":{"session_id":"s","contents":[{"role":"user","parts":[{"text":"hello"}]}]}}`), "s"},
		"nothing said":               {post(t, `{"messages":[{"role":"assistant","content":"hello"}]}`), ""},
		"not JSON":                   {post(t, body, "content-type", "multipart/form-data"), ""},
		"broken JSON":                {post(t, `{"messages":[{"role":`), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := selected(test.req).Affinity; got != test.want {
				t.Errorf("affinity %q, want %q", got, test.want)
			}
		})
	}
}

func TestModel(t *testing.T) {
	req := post(t, `{"messages":[],"model":"from the body"}`)
	if got := selected(req).Model; got != "from the body" {
		t.Errorf("model %q", got)
	}
}

// TestModelOfAPath checks that a path which names the model counts before the body,
// and that its body is read all the same.
func TestModelOfAPath(t *testing.T) {
	req := post(t, `{"model":"models/another","stream":true,"contents":[{"parts":[{"text":"hello"}]}]}`, "x-session-id", "s")
	req.URL.Path = "/v1beta/models/gemini-3-pro:streamGenerateContent"
	got := read(req, policy.Request{}, true)
	if got.search.ask.Model != "gemini-3-pro" || got.search.ask.Affinity != "s" || !got.streams {
		t.Errorf("%+v", got.search.ask)
	}
	if host := read(req, policy.Request{Model: "the host's"}, true).search.ask.Model; host != "the host's" {
		t.Errorf("model %q", host)
	}
	req.URL.Path = "/v1beta/models"
	if body := selected(req).Model; body != "another" {
		t.Errorf("model %q", body)
	}
}

// TestHostDecides checks that what the host asks for counts before all else.
func TestHostDecides(t *testing.T) {
	asked := policy.Request{Affinity: "host", Model: "the host's", Pin: "id"}
	got := read(post(t, `{"model":"m","prompt_cache_key":"cache"}`, "session_id", "header"), asked, true)
	if got.search.ask.Affinity != "host" || got.search.ask.Model != "the host's" || got.search.ask.Pin != "id" || got.search.pin != "id" {
		t.Errorf("%+v", got.search)
	}
}

// inPieces is a body that neither is in memory nor writes itself.
type inPieces struct{ io.Reader }

func (inPieces) Close() error { return nil }

// TestBodyInPieces checks that it does not matter how a body comes.
func TestBodyInPieces(t *testing.T) {
	body := longBody(100 << 10)
	whole := post(t, body)
	want := selected(whole)
	if want.Model != "m" || want.Affinity == "" {
		t.Fatalf("%+v", want)
	}
	pieces := post(t, body)
	pieces.GetBody = func() (io.ReadCloser, error) {
		return inPieces{iotest.HalfReader(strings.NewReader(body))}, nil
	}
	if got := selected(pieces); got.Model != want.Model || got.Affinity != want.Affinity {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestSelectionKeepsNothingOfTheBody checks that what was read outlives the
// body's bytes, which are the caller's.
func TestSelectionKeepsNothingOfTheBody(t *testing.T) {
	body := []byte(`{"model":"m1","prompt_cache_key":"key"}`)
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://provider.test/v1", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	got := selected(req)
	clear(body)
	if got.Model != "m1" || got.Affinity != "key" {
		t.Errorf("%+v", got)
	}
}

// longBody is a conversation of about that many bytes.
func longBody(size int) string {
	turn := `,{"role":"assistant","content":"` + strings.Repeat("x", 600) + `"}`
	return `{"messages":[{"role":"user","content":"hello"}` + strings.Repeat(turn, size/len(turn)) + `],"model":"m","stream":true}`
}

func BenchmarkSelectionOf(b *testing.B) {
	for name, size := range map[string]int{"1KiB": 1 << 10, "100KiB": 100 << 10, "5MiB": 5 << 20} {
		b.Run("body="+name, func(b *testing.B) {
			req := post(b, longBody(size))
			b.SetBytes(req.ContentLength)
			b.ReportAllocs()
			for b.Loop() {
				if selected(req).Affinity == "" {
					b.Fatal("no key")
				}
			}
		})
	}
}

// selected is what a request asks for, of a provider that keeps no resources.
func selected(req *http.Request) policy.Request {
	return read(req, policy.Request{}, true).search.ask.Request
}

// read reads a request of which the host asks for asked.
func read(req *http.Request, asked policy.Request, byAgent bool) *request {
	s := &Sender{
		Provider: guard.New(struct{ providers.Provider }{}, zerolog.Nop()),
		Ask:      func(_ context.Context, r *policy.Request) { *r = asked },
	}
	r := s.begin(nil, req)
	r.read(byAgent)
	return r
}
