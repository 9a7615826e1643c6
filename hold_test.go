package multiaccount_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
)

// Events of Anthropic's streams.
const (
	begun  = "event: message_start\ndata: {\"type\":\"message_start\"}\n\n"
	ping   = "event: ping\ndata: {\"type\":\"ping\"}\n\n"
	output = "event: content_block_start\ndata: {\"type\":\"content_block_start\"}\n\n"
	delta  = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\"}\n\n"
	ended  = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
	whole  = begun + ping + output + delta + ended
)

func failure(kind string) string {
	return fmt.Sprintf("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":%q,\"message\":\"m\"}}\n\n", kind)
}

// streamer is an API in memory: each token has streams to give, and then whole.
type streamer struct {
	mu      sync.Mutex
	streams map[string][]io.ReadCloser
	calls   []string
	header  http.Header
}

func (u *streamer) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	header := http.Header{"Content-Type": {"text/event-stream; charset=utf-8"}}
	for key, values := range u.header {
		header[key] = values
	}
	body := u.next(strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer access-"))
	return &http.Response{StatusCode: http.StatusOK, Request: req, Header: header, Body: body, ContentLength: -1}, nil
}

func (u *streamer) next(token string) io.ReadCloser {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls = append(u.calls, token)
	left := u.streams[token]
	if len(left) == 0 {
		return stream(whole)
	}
	u.streams[token] = left[1:]
	return left[0]
}

func stream(text string) io.ReadCloser { return io.NopCloser(strings.NewReader(text)) }

// cut is a stream whose connection breaks.
func cut(text string) io.ReadCloser {
	return io.NopCloser(io.MultiReader(strings.NewReader(text), broken{}))
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// heard collects the events of streams, one line each.
type heard struct {
	mu    sync.Mutex
	lines []string
}

func (h *heard) hear(e multiaccount.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch e := e.(type) {
	case multiaccount.StreamFailed:
		h.lines = append(h.lines, fmt.Sprintf("%s failed: %s %s", e.Label, e.Class, e.Code))
	case multiaccount.StreamCut:
		h.lines = append(h.lines, e.Label+" cut")
	}
}

func (h *heard) all() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.lines)
}

// openStreams starts an engine with the accounts a and b of a provider whose
// API is u.
func openStreams(t *testing.T, u *streamer, p providers.Provider) (client http.RoundTripper, pool *multiaccount.Pool, h *heard) {
	t.Helper()
	eng := open(t, multiaccount.Config{Providers: []providers.Provider{p}, Settings: quiet(), Store: persistence.NewMemory()})
	pool, h = poolOf(t, eng, p.Name()), &heard{}
	add(t, pool, "a")
	add(t, pool, "b")
	t.Cleanup(eng.Subscribe(h.hear))
	client = pool.Transport(u)
	return client, pool, h
}

func claude() providers.Provider { return anthropic.New(anthropic.Options{}) }

func ask(t *testing.T, ctx context.Context, client http.RoundTripper, body io.Reader) (*http.Response, error) { //nolint:revive // t comes first
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, anthropic.DefaultBaseURL+"/v1/messages", body)
	if err != nil {
		t.Fatal(err)
	}
	return client.RoundTrip(req)
}

// begin asks and returns the answer's body, which the test's end closes.
func begin(t *testing.T, client http.RoundTripper) io.ReadCloser {
	t.Helper()
	resp, err := ask(t, t.Context(), client, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp.Body
}

func read(t *testing.T, r io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(r)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("reading: %v", err)
	}
	return string(text)
}

func TestStreamsMoveUntilTheyShowOutput(t *testing.T) {
	for name, test := range map[string]struct {
		a     []io.ReadCloser
		calls string
		want  string
		event string
		state multiaccount.State
	}{
		"a whole stream":     {calls: "a", want: whole},
		"a limit":            {a: []io.ReadCloser{stream(begun + failure("rate_limit_error"))}, calls: "a b", want: whole, state: multiaccount.StateCooling},
		"a limit after ping": {a: []io.ReadCloser{stream(begun + ping + ping + failure("rate_limit_error"))}, calls: "a b", want: whole, state: multiaccount.StateCooling},
		"an overload":        {a: []io.ReadCloser{stream(begun + failure("overloaded_error"))}, calls: "a a", want: whole},
		"overloads":          {a: []io.ReadCloser{stream(failure("overloaded_error")), stream(failure("api_error")), stream(failure("api_error"))}, calls: "a a a b", want: whole},
		"the caller's fault": {a: []io.ReadCloser{stream(begun + failure("invalid_request_error"))}, calls: "a", want: begun + failure("invalid_request_error")},
		"a cut":              {a: []io.ReadCloser{cut(begun), cut("")}, calls: "a a a", want: whole},
		"an early end":       {a: []io.ReadCloser{stream(begun)}, calls: "a a", want: whole},
		"nothing at all":     {a: []io.ReadCloser{stream(""), http.NoBody}, calls: "a a a", want: whole},
		"comments alone":     {a: []io.ReadCloser{stream(": hi\n\n:\n\n")}, calls: "a a", want: whole},
		"other events":       {a: []io.ReadCloser{stream("data: 1\n\n" + failure("api_error"))}, calls: "a", want: "data: 1\n\n" + failure("api_error"), event: "a failed: server_error api_error"},
		"other events, cut":  {a: []io.ReadCloser{stream("data: 1\n\n")}, calls: "a", want: "data: 1\n\n"},

		"a limit after output":     {a: []io.ReadCloser{stream(begun + output + failure("rate_limit_error"))}, calls: "a", want: begun + output + failure("rate_limit_error"), event: "a failed: limited rate_limit_error", state: multiaccount.StateCooling},
		"an overload after output": {a: []io.ReadCloser{stream(begun + output + failure("overloaded_error"))}, calls: "a", want: begun + output + failure("overloaded_error"), event: "a failed: overloaded overloaded_error"},
		"a cut after output":       {a: []io.ReadCloser{cut(begun + output)}, calls: "a", want: begun + output, event: "a cut"},
		"an early end, output":     {a: []io.ReadCloser{stream(begun + output + delta)}, calls: "a", want: begun + output + delta, event: "a cut"},
		"a cut after the end":      {a: []io.ReadCloser{cut(whole)}, calls: "a", want: whole},
		"an error after the end":   {a: []io.ReadCloser{stream(whole + failure("api_error"))}, calls: "a", want: whole + failure("api_error")},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				u := &streamer{streams: map[string][]io.ReadCloser{"a": test.a}}
				client, pool, h := openStreams(t, u, claude())
				body := begin(t, client)
				if got := read(t, body); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
				_ = body.Close()
				synctest.Wait()
				if got := strings.Join(u.calls, " "); got != test.calls {
					t.Errorf("asked %s, want %s", got, test.calls)
				}
				if got := strings.Join(h.all(), ", "); got != test.event {
					t.Errorf("heard %q, want %q", got, test.event)
				}
				checkFirst(t, pool, test.state)
			})
		})
	}
}

// checkFirst checks the account a, ready when want is empty, after everything.
func checkFirst(t *testing.T, pool *multiaccount.Pool, want multiaccount.State) {
	t.Helper()
	all, err := pool.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want == "" {
		want = multiaccount.StateReady
	}
	for i := range all {
		if all[i].InFlight != 0 {
			t.Errorf("%s has %d requests in flight", all[i].Label, all[i].InFlight)
		}
	}
	if all[0].State != want {
		t.Errorf("%s is %s (%s), want %s", all[0].Label, all[0].State, all[0].Reason, want)
	}
}

// The first event comes late: after two seconds what came passes on, and not
// a byte is lost of what comes then.
func TestHoldEndsAfterTwoSeconds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r, w := io.Pipe()
		client, _, _ := openStreams(t, &streamer{streams: map[string][]io.ReadCloser{"a": {r}}}, claude())
		go func() {
			time.Sleep(time.Second)
			_, _ = io.WriteString(w, begun+ping)
			time.Sleep(time.Minute)
			_, _ = io.WriteString(w, output[:10])
			_, _ = io.WriteString(w, output[10:]+ended)
			_ = w.Close()
		}()
		asked := time.Now()
		body := begin(t, client)
		if waited := time.Since(asked); waited != 2*time.Second {
			t.Errorf("held back for %v", waited)
		}
		first := make([]byte, len(begun))
		if _, err := io.ReadFull(body, first); err != nil || string(first) != begun {
			t.Errorf("first %q, %v", first, err)
		}
		if got := read(t, body); got != ping+output+ended {
			t.Errorf("then %q", got)
		}
		if waited := time.Since(asked); waited != time.Minute+time.Second {
			t.Errorf("read after %v", waited)
		}
	})
}

// Once output is there, nothing is read that the caller has not asked for: a
// sender waits for each of its events to be read.
func TestStreamIsNotReadAhead(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r, w := io.Pipe()
		client, _, _ := openStreams(t, &streamer{streams: map[string][]io.ReadCloser{"a": {r}}}, claude())
		var sent int
		go func() {
			for _, event := range []string{begun, output, delta, delta, ended} {
				_, _ = io.WriteString(w, event)
				sent++
			}
			_ = w.Close()
		}()
		body := begin(t, client)
		synctest.Wait()
		if sent != 2 {
			t.Errorf("%d events sent before the first was read", sent)
		}
		held := make([]byte, len(begun+output))
		if _, err := io.ReadFull(body, held); err != nil {
			t.Fatal(err)
		}
		buffer := make([]byte, 1024)
		for i, event := range []string{delta, delta, ended} {
			synctest.Wait()
			if sent != 2+i {
				t.Errorf("%d events sent when %d were read", sent, 2+i)
			}
			if n, err := body.Read(buffer); err != nil || string(buffer[:n]) != event {
				t.Errorf("read %q, %v", buffer[:n], err)
			}
		}
		if got := read(t, body); got != "" {
			t.Errorf("at the end %q", got)
		}
	})
}

// counter counts what is read of an endless preamble.
type counter struct{ read int }

func (c *counter) Read(p []byte) (int, error) {
	n := copy(p, ping)
	c.read += n
	return n, nil
}

func (*counter) Close() error { return nil }

func TestHoldIsBounded(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		endless := &counter{}
		client, _, _ := openStreams(t, &streamer{streams: map[string][]io.ReadCloser{"a": {endless}}}, claude())
		body := begin(t, client)
		if endless.read != 64<<10 {
			t.Errorf("%d bytes held back", endless.read)
		}
		got := make([]byte, 100<<10)
		if _, err := io.ReadFull(body, got); err != nil {
			t.Fatal(err)
		}
		if want := strings.Repeat(ping, len(got)/len(ping)+1)[:len(got)]; string(got[:64<<10]) != want[:64<<10] {
			t.Error("what was held back came out changed")
		}
	})
}

// A caller that gives up while its stream is held back is told at once.
func TestHoldEndsWithItsContext(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r, w := io.Pipe()
		client, pool, h := openStreams(t, &streamer{streams: map[string][]io.ReadCloser{"a": {r}}}, claude())
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			_, _ = io.WriteString(w, begun)
			cancel()
		}()
		asked := time.Now()
		resp, err := ask(t, ctx, client, nil) //nolint:bodyclose // there is none
		if !errors.Is(err, context.Canceled) || resp != nil || time.Since(asked) != 0 {
			t.Errorf("got %v, %v after %v", resp, err, time.Since(asked))
		}
		if _, err := io.WriteString(w, ping); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("the stream is still open: %v", err)
		}
		synctest.Wait()
		checkFirst(t, pool, "")
		if len(h.all()) != 0 {
			t.Errorf("heard %v", h.all())
		}
	})
}

// A caller that goes away in the middle leaves no read behind, whether the
// hold's last one is still under way or its own.
func TestClosingEndsTheReadUnderWay(t *testing.T) {
	for name, reading := range map[string]bool{"nobody reads": false, "its caller reads": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				r, w := io.Pipe()
				client, pool, h := openStreams(t, &streamer{streams: map[string][]io.ReadCloser{"a": {r}}}, claude())
				body := begin(t, client) // nothing ever comes
				if reading {
					go func() { _, _ = io.ReadAll(body) }()
					synctest.Wait()
				}
				if err := body.Close(); err != nil {
					t.Error(err)
				}
				if _, err := io.WriteString(w, begun); !errors.Is(err, io.ErrClosedPipe) {
					t.Errorf("the stream is still open: %v", err)
				}
				synctest.Wait()
				checkFirst(t, pool, "")
				if len(h.all()) != 0 {
					t.Errorf("heard %v", h.all())
				}
			})
		})
	}
}

// What cannot be judged or repeated passes on at once, although its first
// event does not come.
func TestNothingIsHeldInVain(t *testing.T) {
	for name, test := range map[string]struct {
		header http.Header
		body   io.Reader
		p      providers.Provider
	}{
		"an unknown coding": {header: http.Header{"Content-Encoding": {"gzip, compress"}}, p: claude()},
		"no stream":         {header: http.Header{"Content-Type": {"application/json"}}, p: claude()},
		"body sent once":    {body: io.MultiReader(strings.NewReader("{}")), p: claude()},
		"nobody to read it": {p: struct{ providers.Provider }{claude()}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				r, w := io.Pipe()
				client, _, _ := openStreams(t, &streamer{header: test.header, streams: map[string][]io.ReadCloser{"a": {r}}}, test.p)
				asked := time.Now()
				resp, err := ask(t, t.Context(), client, test.body)
				if err != nil || time.Since(asked) != 0 {
					t.Fatalf("%v after %v", err, time.Since(asked))
				}
				go func() {
					_, _ = io.WriteString(w, begun+failure("overloaded_error"))
					_ = w.Close()
				}()
				if got := read(t, resp.Body); got != begun+failure("overloaded_error") {
					t.Errorf("got %q", got)
				}
				_ = resp.Body.Close()
			})
		})
	}
}

// A stream that is not held back is watched all the same.
func TestUnrepeatableStreamIsWatched(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		u := &streamer{streams: map[string][]io.ReadCloser{"a": {stream(begun + failure("rate_limit_error"))}}}
		client, pool, h := openStreams(t, u, claude())
		resp, err := ask(t, t.Context(), client, io.MultiReader(strings.NewReader("{}")))
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, resp.Body); got != begun+failure("rate_limit_error") {
			t.Errorf("got %q", got)
		}
		_ = resp.Body.Close()
		synctest.Wait()
		checkFirst(t, pool, multiaccount.StateCooling)
		if got := strings.Join(h.all(), ", "); got != "a failed: limited rate_limit_error" {
			t.Errorf("heard %q", got)
		}
	})
}

// When the last attempt's stream fails too, its caller gets it as it is.
func TestLastFailureIsPassedOn(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		var all []io.ReadCloser
		for range 3 {
			all = append(all, stream(begun+failure("api_error")))
		}
		u := &streamer{streams: map[string][]io.ReadCloser{"a": all, "b": slices.Clone(all)}}
		for i := range u.streams["b"] {
			u.streams["b"][i] = stream(begun + failure("overloaded_error"))
		}
		client, _, h := openStreams(t, u, claude())
		if got := read(t, begin(t, client)); got != begun+failure("overloaded_error") {
			t.Errorf("got %q", got)
		}
		if len(u.calls) != 6 {
			t.Errorf("asked %v", u.calls)
		}
		synctest.Wait()
		if got := strings.Join(h.all(), ", "); got != "b failed: overloaded overloaded_error" {
			t.Errorf("heard %q", got)
		}
	})
}

// panicky panics at every event.
type panicky struct{ providers.Provider }

func (panicky) ReadEvent([]byte, []byte) providers.StreamEvent { panic("boom") }

func TestProviderThatPanicsAtAnEvent(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		client, pool, _ := openStreams(t, &streamer{}, panicky{claude()})
		body := begin(t, client)
		if got := read(t, body); got != whole {
			t.Errorf("got %q", got)
		}
		synctest.Wait()
		checkFirst(t, pool, "")
	})
}

// panicking is a body whose reader panics.
type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("boom") }
func (panicking) Close() error             { return nil }

func TestBodyThatPanicsIsABrokenOne(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		u := &streamer{streams: map[string][]io.ReadCloser{"a": {panicking{}}}}
		client, _, _ := openStreams(t, u, claude())
		if got := read(t, begin(t, client)); got != whole {
			t.Errorf("got %q", got)
		}
	})
}
