package multiaccount_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// A stream that ends before its answer is complete reaches its caller as a cut,
// after all its bytes, although the connection ended well.
func TestStreamThatEndsEarlyIsCut(t *testing.T) {
	for name, length := range map[string]bool{"chunks": false, "a length": true} {
		t.Run(name, func(t *testing.T) {
			forDialects(t, func(t *testing.T, d dialect, http2 bool) {
				first := events(d.begun, d.part, "data: {\"unfini")
				first.length = length
				u := serve(t, d, http2, first)
				text, err := u.ask(t)
				if text != strings.Join(first.pieces, "") || !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("got %q, %v", text, err)
				}
				u.wasAsked(t, "a")
				u.told(t, "a cut")
			})
		})
	}
}

// What is complete, or told of its own failure, or cannot be judged, ends as it
// did.
func TestStreamThatIsNotCut(t *testing.T) {
	all := dialects()
	unnamed := func(name string) string { return strings.TrimSuffix(all[name].whole, "\n\n") }
	for name, test := range map[string]struct{ dialect, body string }{
		"whole":                       {"anthropic", whole},
		"no empty line at the end":    {"anthropic", unnamed("anthropic")},
		"nor in a response":           {"responses", unnamed("responses")},
		"nor in a chat":               {"chat", unnamed("chat")},
		"incomplete":                  {"responses", all["responses"].begun + data(`{"type":"response.incomplete"}`)},
		"failed":                      {"anthropic", begun + output + data(all["anthropic"].limit)},
		"a chat that finished":        {"chat", all["chat"].part + data(`{"choices":[{"delta":{},"finish_reason":"stop"}]}`)},
		"a last event nobody knows":   {"anthropic", begun + output + data("[DONE]")},
		"events that nobody knows":    {"anthropic", data("1") + data("2")},
		"a format that nobody knows":  {"anthropic", data(`{"type":"session.begun"}`) + data(`{"type":"session.idle"}`)},
		"a chat that failed":          {"chat", all["chat"].part + data(all["chat"].limit)},
		"an end, and more after that": {"chat", all["chat"].whole + data(`{"choices":[{"delta":{"content":"x"}}]}`)},
	} {
		t.Run(name, func(t *testing.T) {
			u := serve(t, all[test.dialect], false, events(test.body))
			if text, err := u.ask(t); text != test.body || err != nil {
				t.Errorf("got %q, %v", text, err)
			}
			u.wasAsked(t, "a")
		})
	}
}

// A new kind of event within a format that has an end is none.
func TestCutAfterAnEventOfANewKind(t *testing.T) {
	text := begun + output + data(`{"type":"content_block_hint","index":0}`)
	u := serve(t, dialects()["anthropic"], false, events(text))
	if got, err := u.ask(t); got != text || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q, %v", got, err)
	}
	u.told(t, "a cut")
}

// An end that was cut itself is none.
func TestCutInTheLastEvent(t *testing.T) {
	d := dialects()["responses"]
	text := d.begun + d.part + "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":"
	u := serve(t, d, false, events(text))
	if got, err := u.ask(t); got != text || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q, %v", got, err)
	}
}

// The cut is what every read returns after it.
func TestCutStays(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		client, pool, h := openStreams(t, &streamer{streams: map[string][]io.ReadCloser{"a": {stream(begun + output)}}}, claude())
		body := begin(t, client)
		_ = read(t, body)
		for range 2 {
			if n, err := body.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("then %d, %v", n, err)
			}
		}
		_ = body.Close()
		synctest.Wait()
		checkFirst(t, pool, "")
		if got := h.all(); !slices.Equal(got, []string{"a cut"}) {
			t.Errorf("heard %v", got)
		}
	})
}

// When no account gives more than an empty stream, its caller is told of a cut.
func TestStreamsWithoutEvents(t *testing.T) {
	for name, body := range map[string]func() io.ReadCloser{
		"nothing": func() io.ReadCloser { return http.NoBody }, "a comment": func() io.ReadCloser { return stream(": hi\n\n") },
		"a preamble": func() io.ReadCloser { return stream(begun) },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				three := func() []io.ReadCloser { return []io.ReadCloser{body(), body(), body()} }
				u := &streamer{streams: map[string][]io.ReadCloser{"a": three(), "b": three()}}
				client, _, _ := openStreams(t, u, claude())
				if _, err := io.ReadAll(begin(t, client)); !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("got %v", err)
				}
				if want := []string{"a", "a", "a", "b", "b", "b"}; !slices.Equal(u.calls, want) {
					t.Errorf("asked %v, want %v", u.calls, want)
				}
			})
		})
	}
}
