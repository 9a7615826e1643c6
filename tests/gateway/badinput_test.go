package gateway_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// serveRaw is a gateway before a handler, as the provider zai.
func serveRaw(t *testing.T, h http.Handler, change ...func(*gateway.Config)) gate {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	g := serve(t, []providers.Provider{apikey.New(apikey.Options{Name: "zai", BaseURL: srv.URL})}, change...)
	rig.Add(t, rig.Pool(t, g.engine, "zai"), multiaccount.NewAccount{Label: "z", APIKey: "key"})
	return g
}

// raw sends bytes as they are, and returns the first answer.
func (g gate) raw(t *testing.T, text string) answer {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(g.url, "http://"))
	rig.Must(t, err)
	defer conn.Close() //nolint:errcheck // read to its end
	rig.Must(t, conn.SetDeadline(time.Now().Add(rig.Patience)))
	_, err = io.WriteString(conn, text)
	rig.Must(t, err)
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	if err == nil && resp.StatusCode == http.StatusContinue {
		resp, err = http.ReadResponse(r, nil)
	}
	if err != nil {
		return answer{err: err}
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	return answer{status: resp.StatusCode, header: resp.Header, body: string(body), err: err}
}

func head(line string, more ...string) string {
	return line + "\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n" + strings.Join(more, "\r\n") + "\r\n"
}

func TestBadRequests(t *testing.T) {
	u := record(t)
	for name, test := range map[string]struct {
		text string
		want int
	}{
		"an absolute address":     {head("GET http://example.com/anthropic/v1/models HTTP/1.1", ""), 400},
		"another's own address":   {head("GET http://localhost/anthropic/v1/models HTTP/1.1", ""), 400},
		"a tunnel":                {"CONNECT api.anthropic.com:443 HTTP/1.1\r\nHost: api.anthropic.com:443\r\n\r\n", 400},
		"an asterisk":             {head("OPTIONS * HTTP/1.1", ""), 400},
		"huge headers":            {head("GET /anthropic/v1/models HTTP/1.1", "X-Large: "+strings.Repeat("x", 1<<20), ""), 431},
		"no host":                 {"GET /anthropic/v1/models HTTP/1.1\r\n\r\n", 400},
		"two hosts":               {head("GET /anthropic/v1/models HTTP/1.1", "Host: example.com", ""), 400},
		"another host":            {"GET /anthropic/v1/models HTTP/1.1\r\nHost: rebound.example\r\n\r\n", 403},
		"a length that is none":   {head("POST /zai/x HTTP/1.1", "Content-Length: +5", "", "hello"), 400},
		"two lengths":             {head("POST /zai/x HTTP/1.1", "Content-Length: 5", "Content-Length: 6", "", "hello!"), 400},
		"an unknown coding":       {head("POST /zai/x HTTP/1.1", "Transfer-Encoding: chunked, identity", "", "0"), 501},
		"a chunk that is none":    {head("POST /zai/x HTTP/1.1", "Transfer-Encoding: chunked", "", "zz"), 400},
		"an upgrade that is none": {head("GET /codex/responses HTTP/1.1", strings.TrimPrefix(handshakeLines, "Connection: Upgrade\r\n")+"Sec-WebSocket-Version: 13", ""), 400},
		"a handshake without key": {head("GET /codex/responses HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket", ""), 400},
	} {
		t.Run(name, func(t *testing.T) {
			if a := u.raw(t, test.text); a.status != test.want {
				t.Errorf("HTTP %d %s, %v, want %d", a.status, a.body, a.err, test.want)
			}
		})
	}
	if got := u.all(); len(got) != 0 {
		t.Errorf("%d requests were passed on", len(got))
	}
}

// Two servers that read a request differently are how one is smuggled within
// another: what is passed on has one length, and is one request.
func TestNothingIsSmuggled(t *testing.T) {
	u := record(t)
	const hidden = "GET /anthropic/hidden HTTP/1.1\r\nHost: x\r\n\r\n"
	a := u.raw(t, head("POST /zai/x HTTP/1.1", "Content-Length: 4", "Transfer-Encoding: chunked", "Connection: close",
		"", fmt.Sprintf("%x\r\n%s\r\n0\r\n", len(hidden), hidden)))
	got := u.all()
	if a.status == http.StatusOK && (len(got) != 1 || got[0].body != hidden || got[0].length != int64(len(hidden))) || len(got) > 1 {
		t.Errorf("HTTP %d, %d requests passed on: %+v", a.status, len(got), got)
	}
}

// A body that ends early costs its own request alone, wherever it ends: no account
// gets a part of it.
func TestShortBody(t *testing.T) {
	u := record(t)
	for _, sent := range []int{0, 5, 4096, 100_000, 8<<20 + 5} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(u.url, "http://"))
		rig.Must(t, err)
		_, err = io.WriteString(conn, head("POST /zai/x HTTP/1.1", fmt.Sprint("Content-Length: ", 9<<20), "", strings.Repeat("s", sent)))
		rig.Must(t, err)
		rig.Must(t, conn.(*net.TCPConn).CloseWrite())
		text, err := io.ReadAll(conn)
		rig.Must(t, err)
		_ = conn.Close()
		if !strings.HasPrefix(string(text), "HTTP/1.1 400") || len(u.all()) != 0 {
			t.Errorf("after %d bytes: %q, %d requests passed on", sent, text, len(u.all()))
		}
	}
}

// A stream that is cut at any byte of its output is a cut for the client, with the
// bytes before.
func TestStreamCutAtEachByte(t *testing.T) {
	const begun = "event: content_block_start\ndata: {\"type\":\"content_block_start\"}\n\n"
	const whole = begun + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\"}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}"
	u := record(t)
	at := 0
	u.reply = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, whole[:at])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	for at = len(begun); at <= len(whole); at++ {
		a := u.send(t, streamed(claude(claudeCode)))
		if a.status != http.StatusOK || a.err == nil || a.body != whole[:at] {
			t.Fatalf("at %d: HTTP %d %q, %v", at, a.status, a.body, a.err)
		}
	}
}

// What waits for a client that does not read is bounded, and ends with it.
func TestClientThatDoesNotRead(t *testing.T) {
	sent := make(chan int, 1)
	g := serveRaw(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, piece := 0, make([]byte, 64<<10)
		for r.Context().Err() == nil {
			m, err := w.Write(piece)
			n += m
			if err != nil {
				break
			}
			select {
			case <-sent:
			default:
			}
			sent <- n
		}
	}))
	ctx, cancel := context.WithCancel(t.Context())
	resp := g.begin(t, ctx, ask("/zai/x", "{}"))
	last := 0
	for still := 0; still < 5; { // until nothing more has been sent for a while
		select {
		case n := <-sent:
			last, still = n, 0
		case <-time.After(100 * time.Millisecond):
			still++
		}
		if last > 64<<20 {
			t.Fatal("the gateway reads on without end")
		}
	}
	cancel()
	_ = resp.Body.Close()
}

// A head that comes slowly is given up after ten seconds.
func TestSlowHead(t *testing.T) {
	t.Parallel()
	u := record(t)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(u.url, "http://"))
	rig.Must(t, err)
	defer conn.Close() //nolint:errcheck // the other side has
	_, err = io.WriteString(conn, "POST /zai/x HTTP/1.1\r\nHost: localhost\r\n")
	rig.Must(t, err)
	began := time.Now()
	_, _ = io.Copy(io.Discard, conn) // ends when the server closes
	if took := time.Since(began); took < 9*time.Second || took > rig.Patience {
		t.Errorf("it was closed after %v", took)
	}
}

// A body without end passes in bounded memory, and ends with its client.
func TestEndlessBody(t *testing.T) {
	got, ended := make(chan int64, 1), make(chan error, 1)
	g := serveRaw(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		n, err := io.CopyN(io.Discard, r.Body, 100<<20)
		rig.Must(t, err)
		got <- n
		_, err = io.Copy(io.Discard, r.Body)
		ended <- err
	}), func(c *gateway.Config) { c.MaxBody = 1 << 20 })
	ctx, cancel := context.WithCancel(t.Context())
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	done := make(chan error)
	go func() {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url+"/zai/x", endless{})
		rig.Must(t, err)
		req.Header = ask("", "").header
		resp, err := g.client.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		done <- err
	}()
	<-got
	runtime.GC()
	runtime.ReadMemStats(&during)
	if grown := int64(during.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the client ended with %v", err)
	}
	if err := <-ended; err == nil {
		t.Error("the provider saw a whole body")
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// Thousands of idle connections cost little, and keep nobody out.
func TestIdleConnections(t *testing.T) {
	u := record(t)
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const idle = 2000
	for range idle {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(u.url, "http://"))
		rig.Must(t, err)
		t.Cleanup(func() { _ = conn.Close() })
	}
	if a := u.send(t, ask("/zai/x", "{}")); a.status != http.StatusOK {
		t.Errorf("HTTP %d", a.status)
	}
	runtime.GC()
	runtime.ReadMemStats(&during)
	if each := (int64(during.HeapAlloc) - int64(before.HeapAlloc)) / idle; each > 16<<10 {
		t.Errorf("an idle connection costs %d bytes", each)
	}
}
