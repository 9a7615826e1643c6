package multiaccount_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/coding/codingtest"
)

// coded is a stream's reply, flushed event by event.
func coded(name string, pieces ...string) reply {
	r := reply{header: map[string]string{"Content-Type": "text/event-stream", "Content-Encoding": codingtest.Header(name)}}
	for _, piece := range codingtest.Encode(name, pieces...) {
		r.pieces = append(r.pieces, string(piece))
	}
	return r
}

func forCodings(t *testing.T, test func(t *testing.T, name string)) {
	t.Helper()
	for _, name := range codingtest.Names() {
		t.Run(name, func(t *testing.T) { test(t, name) })
	}
}

// A limit in a compressed stream moves on unseen, whatever its type says.
func TestCompressedStreamsAreLookedInto(t *testing.T) {
	forCodings(t, func(t *testing.T, name string) {
		forDialects(t, func(t *testing.T, d dialect, http2 bool) {
			first := coded(name, d.begun, data(d.limit))
			first.header["Content-Type"] = ""
			serve(t, d, http2, first).moved(t)
		})
	})
}

// They reach their caller byte for byte, and are cut when they end too early.
func TestCompressedStreamsPassAsTheyCame(t *testing.T) {
	for ending, test := range map[string]struct {
		text string
		want error
	}{
		"whole": {whole, nil}, "cut": {begun + output, io.ErrUnexpectedEOF}, "failed": {begun + output + failure("rate_limit_error"), nil},
	} {
		t.Run(ending, func(t *testing.T) {
			forCodings(t, func(t *testing.T, name string) {
				first := coded(name, test.text[:len(begun)], test.text[len(begun):])
				u := serve(t, dialects()["anthropic"], true, first)
				text, err := u.ask(t)
				if text != strings.Join(first.pieces, "") || !errors.Is(err, test.want) {
					t.Errorf("got %q, %v", text, err)
				}
				if got := u.header.Get("Content-Encoding"); got != first.header["Content-Encoding"] {
					t.Errorf("Content-Encoding %q", got)
				}
				u.wasAsked(t, "a")
			})
		})
	}
}

// The end of the compressed bytes may be missing, too.
func TestCompressedStreamWithoutItsEnd(t *testing.T) {
	forCodings(t, func(t *testing.T, name string) {
		first := coded(name, begun, output)
		first.pieces = first.pieces[:2]
		u := serve(t, dialects()["anthropic"], false, first)
		if text, err := u.ask(t); text != strings.Join(first.pieces, "") || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got %q, %v", text, err)
		}
	})
}

// What is not what its coding promises is not looked into, and passes on.
func TestBrokenCompressionPassesOn(t *testing.T) {
	forCodings(t, func(t *testing.T, name string) {
		for beginning, text := range map[string]string{"": "", "begun": begun, "output": begun + output} {
			first := coded(name, text)
			first.pieces = []string{first.pieces[0], strings.Repeat("\xff\x00\xfe", 100), data("x")}
			u := serve(t, dialects()["anthropic"], false, first)
			if got, err := u.ask(t); got != strings.Join(first.pieces, "") || err != nil {
				t.Errorf("%s: got %q, %v", beginning, got, err)
			}
			u.wasAsked(t, "a")
		}
	})
}

// The first output ends the hold-back as soon as it is flushed.
func TestCompressedStreamsAreNotHeldBackLonger(t *testing.T) {
	forCodings(t, func(t *testing.T, name string) {
		inBubble(t, func(t *testing.T) {
			r, w := io.Pipe()
			client, pool, _ := openStreams(t, &streamer{
				header:  http.Header{"Content-Encoding": {codingtest.Header(name)}},
				streams: map[string][]io.ReadCloser{"a": {r}},
			}, claude())
			pieces := codingtest.Encode(name, begun, output, ended)
			go func() {
				_, _ = w.Write(pieces[0])
				time.Sleep(time.Second)
				_, _ = w.Write(pieces[1])
				time.Sleep(time.Minute)
				_, _ = w.Write(append(pieces[2], pieces[3]...))
				_ = w.Close()
			}()
			asked := time.Now()
			body := begin(t, client)
			if waited := time.Since(asked); waited != time.Second {
				t.Errorf("held back for %v", waited)
			}
			if _, err := io.ReadFull(body, make([]byte, len(pieces[0])+len(pieces[1]))); err != nil || time.Since(asked) != time.Second {
				t.Errorf("the output after %v, %v", time.Since(asked), err)
			}
			if got := read(t, body); got != string(pieces[2])+string(pieces[3]) {
				t.Errorf("then %q", got)
			}
			_ = body.Close()
			synctest.Wait()
			checkFirst(t, pool, "")
		})
	})
}

// Nobody may close the body of a request whose context ended; goleak and the
// bubble see what is left.
func TestCompressedStreamEndsWithItsContext(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r, w := io.Pipe()
		defer func() { _ = w.Close() }()
		client, _, _ := openStreams(t, &streamer{
			header:  http.Header{"Content-Encoding": {"gzip"}},
			streams: map[string][]io.ReadCloser{"a": {r}},
		}, claude())
		go func() { _, _ = w.Write(codingtest.Encode("gzip", begun+output)[0]) }()
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := ask(t, ctx, client, strings.NewReader("{}")); err != nil { //nolint:bodyclose // that is what is tested
			t.Fatal(err)
		}
		cancel()
		synctest.Wait()
	})
}

// The end of a limit is read in a compressed error.
func TestCompressedErrorsAreLookedInto(t *testing.T) {
	const fault = `{"type":"error","error":{"type":"usage_limit_reached","message":"m","resets_in_seconds":595}}`
	forCodings(t, func(t *testing.T, name string) {
		inBubble(t, func(t *testing.T) {
			body := codingtest.All(name, fault)
			p := dialects()["responses"].make("")
			_, pool, _ := openStreams(t, &streamer{}, p)
			client := pool.Transport(&refuser{streamer: &streamer{}, body: string(body), coding: codingtest.Header(name)})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://chatgpt.com/backend-api/codex/responses", strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			asked := time.Now()
			resp, err := client.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			all, err := pool.Accounts(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if all[0].State != multiaccount.StateCooling || all[0].CooldownUntil.Sub(asked) != 595*time.Second {
				t.Errorf("%s until %v", all[0].State, all[0].CooldownUntil.Sub(asked))
			}
		})
	})
}

// refuser limits its first caller in a coded body.
type refuser struct {
	*streamer
	body, coding string
}

func (u *refuser) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := u.streamer.RoundTrip(req)
	if u.body != "" {
		resp.StatusCode, resp.Body = http.StatusTooManyRequests, io.NopCloser(strings.NewReader(u.body))
		resp.Header.Set("Content-Encoding", u.coding)
		resp.Header.Set("Content-Type", "application/json")
		u.body = ""
	}
	return resp, err
}
