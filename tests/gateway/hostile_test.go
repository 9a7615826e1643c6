package gateway_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/coding/codingtest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// However strange a request is written, the provider gets one request with one
// length, the account's credential, and nothing that is the client's alone.
func TestOddRequests(t *testing.T) {
	u := record(t)
	const own = "Authorization: Bearer " + token
	chunked := func(trailer string) string { return "2\r\n{}\r\n0\r\n" + trailer + "\r\n" }
	for name, test := range map[string]struct {
		text string
		want int
		body string
	}{
		"HTTP/1.0":                   {head("POST /zai/x HTTP/1.0", "Content-Length: 2", "", "{}"), 200, "{}"},
		"a length and chunks":        {head("POST /zai/x HTTP/1.1", "Content-Length: 999", "Transfer-Encoding: chunked", "Connection: close", "", chunked("")), 200, "{}"},
		"chunks of HTTP/1.0":         {head("POST /zai/x HTTP/1.0", "Transfer-Encoding: chunked", "", chunked("")), 0, ""},
		"two codings":                {head("POST /zai/x HTTP/1.1", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked", "", chunked("")), 501, ""},
		"a coding behind a tab":      {head("POST /zai/x HTTP/1.1", "Transfer-Encoding:\tchunked", "", chunked("")), 200, "{}"},
		"a coding in disguise":       {head("POST /zai/x HTTP/1.1", "Transfer-Encoding: \x0bchunked", "Content-Length: 2", "", "{}"), 400, ""},
		"a space before a colon":     {head("POST /zai/x HTTP/1.1", "Content-Length : 2", "", "{}"), 400, ""},
		"lengths that agree":         {head("POST /zai/x HTTP/1.1", "Content-Length: 2", "Content-Length: 2", "", "{}"), 200, "{}"},
		"a list of lengths":          {head("POST /zai/x HTTP/1.1", "Content-Length: 2, 2", "", "{}"), 0, ""},
		"a negative length":          {head("POST /zai/x HTTP/1.1", "Content-Length: -1", "", ""), 400, ""},
		"a length above all":         {head("POST /zai/x HTTP/1.1", "Content-Length: 99999999999999999999", "", ""), 400, ""},
		"a folded header":            {head("POST /zai/x HTTP/1.1", "X-Folded: a", " b", "Content-Length: 2", "", "{}"), 0, ""},
		"a line end alone":           {strings.ReplaceAll(head("POST /zai/x HTTP/1.1", "Content-Length: 2", "", "{}"), "\r\n", "\n"), 0, ""},
		"trailers":                   {head("POST /zai/x HTTP/1.1", "Trailer: X-Api-Key, X-T", "Transfer-Encoding: chunked", "", chunked("X-Api-Key: "+token+"\r\nX-T: 1\r\n")), 200, "{}"},
		"trailers nobody spoke of":   {head("POST /zai/x HTTP/1.1", "Transfer-Encoding: chunked", "", chunked("Content-Length: 5\r\nAuthorization: x\r\n")), 0, ""},
		"a wish to go on":            {head("POST /zai/x HTTP/1.1", "Expect: 100-continue", "Content-Length: 2", "", "{}"), 200, "{}"},
		"a wish nobody knows":        {head("POST /zai/x HTTP/1.1", "Expect: 200-maybe", "Content-Length: 2", "", "{}"), 417, ""},
		"a close that lists ours":    {head("POST /zai/x HTTP/1.1", "Connection: close, Authorization, X-Api-Key, Content-Type, Host", "Content-Length: 2", "", "{}"), 200, "{}"},
		"HTTP/2 from the start":      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, ""},
		"an upgrade to HTTP/2":       {head("POST /zai/x HTTP/1.1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA", "Content-Length: 2", "", "{}"), 200, "{}"},
		"HTTP/3":                     {head("GET /zai/x HTTP/3.0", ""), 505, ""},
		"two tokens":                 {head("POST /zai/x HTTP/1.1", "Authorization: Bearer another", "X-Api-Key: a third", "Content-Length: 2", "", "{}"), 200, "{}"},
		"the right token at the end": {"POST /zai/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk-own-login\r\n" + own + "\r\nContent-Length: 2\r\n\r\n{}", 200, "{}"},
		"the token everywhere":       {head("POST /zai/x HTTP/1.1", "X-Api-Key: "+token, "X-Litellm-Api-Key: Bearer "+token, "X-Custom: a "+token, "Content-Length: 2", "", "{}"), 200, "{}"},
		"the token in the query":     {head("POST /zai/x?a=1&token="+token+" HTTP/1.1", "Content-Length: 2", "", "{}"), 401, ""},
		"a key in the query":         {head("POST /zai/x?access_token=ya29.own HTTP/1.1", "Content-Length: 2", "", "{}"), 401, ""},
		"a query that is none":       {head("POST /zai/x?;key="+token+"&%zz HTTP/1.1", "Content-Length: 2", "", "{}"), 401, ""},
		"a fragment":                 {head("POST /zai/x?a#/../b HTTP/1.1", "Content-Length: 2", "", "{}"), 400, ""},
		"a header that is none":      {head("POST /zai/x HTTP/1.1", "X Y: 1", "Content-Length: 2", "", "{}"), 400, ""},
		"a header with a nul":        {head("POST /zai/x HTTP/1.1", "X: a\x00b", "Content-Length: 2", "", "{}"), 400, ""},
		"a host with a path":         {"POST /zai/x HTTP/1.1\r\nHost: localhost/../x\r\n" + own + "\r\nContent-Length: 2\r\n\r\n{}", 0, ""},
		"a host with a user":         {"POST /zai/x HTTP/1.1\r\nHost: localhost@evil.example\r\n" + own + "\r\nContent-Length: 2\r\n\r\n{}", 0, ""},
		"a wish for an echo":         {head("TRACE /zai/x HTTP/1.1", ""), 400, ""},
		"a method of its own":        {head("STEAL /zai/x HTTP/1.1", ""), 200, ""},
		"a method that is none":      {head("G\x00T /zai/x HTTP/1.1", ""), 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(u.all())
			a := u.raw(t, test.text)
			passed := u.all()[before:]
			if test.want != 0 && a.status != test.want || len(passed) > 1 {
				t.Fatalf("HTTP %d %s, %v, %d passed on", a.status, a.body, a.err, len(passed))
			}
			if test.want == 0 && a.status != 200 && a.status != 400 && a.status != 403 && a.status != 505 {
				t.Errorf("HTTP %d %s, %v", a.status, a.body, a.err)
			}
			for _, got := range passed {
				for name, values := range got.header {
					if strings.Contains(strings.Join(values, " "), token) {
						t.Errorf("%s is %q", name, values)
					}
				}
				h := got.header
				if h.Get("Authorization") != "Bearer key-of-z" || len(h["Authorization"]) != 1 || got.target != "/z/x" || len(h["X-Api-Key"])+len(h["Expect"])+len(h["Trailer"])+len(h["Transfer-Encoding"])+len(h["Upgrade"])+len(h["Http2-Settings"]) > 0 {
					t.Errorf("sent to %s with %v", got.target, h)
				}
				if test.body != "" && got.body != test.body || got.length != int64(len(got.body)) {
					t.Errorf("sent %q of length %d", got.body, got.length)
				}
			}
		})
	}
}

// Repeated headers stay repeated, in their order.
func TestRepeatedHeaders(t *testing.T) {
	u := record(t)
	m := ask("/anthropic/v1/messages", messagesBody, "anthropic-version", "2023-06-01")
	m.header["Anthropic-Beta"] = []string{"context-1m-2025-08-07", "files-api-2025-04-14, context-1m-2025-08-07"}
	if a := u.send(t, m); a.status != http.StatusOK {
		t.Fatalf("HTTP %d %s", a.status, a.body)
	}
	betas := strings.Join(u.last(t).header["Anthropic-Beta"], ",")
	for _, want := range []string{"context-1m-2025-08-07", "files-api-2025-04-14", "oauth-2025-04-20"} {
		if !strings.Contains(betas, want) {
			t.Errorf("anthropic-beta is %q", betas)
		}
	}
}

// A stream passes byte for byte in every form that the format allows.
func TestOddStreams(t *testing.T) {
	const start = `{"type":"message_start","message":{"usage":{"input_tokens":7}}}`
	const block, end = `{"type":"content_block_start","content_block":{"text":"é😀"}}`, `{"type":"message_stop"}`
	event := func(name, data string) string { return "event: " + name + "\ndata: " + data + "\n\n" }
	plain := event("message_start", start) + event("content_block_start", block) + event("message_stop", end)
	u := record(t)
	for name, text := range map[string]string{
		"plain":                                plain,
		"CRLF":                                 strings.ReplaceAll(plain, "\n", "\r\n"),
		"CR":                                   strings.ReplaceAll(plain, "\n", "\r"),
		"a byte order mark":                    "\ufeff" + plain,
		"comments":                             ": hello\n\n" + strings.ReplaceAll(plain, "event:", ": keep-alive\nid: 1\nretry: 10\nevent:"),
		"data over lines":                      strings.ReplaceAll(plain, `,"`, ",\ndata: \""),
		"no spaces":                            strings.ReplaceAll(strings.ReplaceAll(plain, "event: ", "event:"), "data: ", "data:"),
		"no events":                            "data: " + start + "\n\ndata: " + block + "\n\ndata: " + end + "\n\n",
		"empty data":                           "data:\n\ndata: \n\n" + plain,
		"no last line end":                     strings.TrimRight(plain, "\n"),
		"members that nobody knows":            event("ping", `{"type":"ping"}`) + event("x_new", `{"type":"x_new","a":[1]}`) + plain,
		"quota figures that sound like an end": event("codex.rate_limits", `{"type":"codex.rate_limits","rate_limits":{"allowed":false,"limit_reached":true}}`) + plain,
	} {
		for _, size := range []int{1, 7, len(text)} {
			u.reply = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
				for rest := text; rest != ""; rest = rest[min(size, len(rest)):] { // also in the middle of a rune
					_, _ = io.WriteString(w, rest[:min(size, len(rest))])
					_ = http.NewResponseController(w).Flush()
				}
			}
			if a := u.send(t, streamed(claude(claudeCode))); a.status != http.StatusOK || a.err != nil || a.body != text {
				t.Errorf("%s by %d: HTTP %d, %v\n%q, want\n%q", name, size, a.status, a.err, a.body, text)
			}
		}
	}
}

// A failure at a stream's begin is one in whatever form it comes: another account is
// asked, unseen.
func TestOddFailures(t *testing.T) {
	const failure = "event: error\ndata: {\"type\":\"error\",\ndata: \"error\":{\"type\":\"rate_limit_error\",\"message\":\"used up\"}}\n\n"
	for name, text := range map[string]string{
		"plain": failure, "CRLF": strings.ReplaceAll(failure, "\n", "\r\n"), "CR": strings.ReplaceAll(failure, "\n", "\r"), "a mark": "\ufeff" + failure, "comments": ": a\n: b\n\n:\n" + failure,
		"no event": strings.TrimPrefix(failure, "event: error\n"), "no last line end": strings.TrimRight(failure, "\n") + "\n",
	} {
		u := record(t)
		rig.Add(t, rig.Pool(t, u.engine, "anthropic"), multiaccount.NewAccount{Label: "b", AccessToken: "login-of-b"})
		u.reply = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			if r.Header.Get("Authorization") == "Bearer login-of-a" {
				_, _ = io.WriteString(w, text)
				return
			}
			_, _ = io.WriteString(w, "data: {\"type\":\"message_stop\"}\n\n")
		}
		if a := u.send(t, streamed(claude(claudeCode))); a.status != http.StatusOK || strings.Contains(a.body, "used up") || len(u.all()) != 2 {
			t.Errorf("%s: HTTP %d %q, %d asked", name, a.status, a.body, len(u.all()))
		}
	}
}

// Compressed bodies pass as they came: of each coding, of several, of one that nobody
// knows, broken ones, and a bomb, which is not unpacked.
func TestOddCodings(t *testing.T) {
	u := record(t)
	bomb := codingtest.All("gzip", strings.Repeat("0", 64<<20))
	for name, test := range map[string]struct {
		coding string
		body   []byte
	}{
		"deflate": {"deflate", codingtest.All("deflate", responsesBody)}, "br": {"br", codingtest.All("br", responsesBody)},
		"capitals": {"GZIP", codingtest.All("gzip", responsesBody)}, "two": {"gzip, gzip", codingtest.All("gzip", string(codingtest.All("gzip", responsesBody)))},
		"unknown": {"rot13", []byte("whatever")}, "broken": {"zstd", []byte("\x28\xb5\x2f\xfdbroken")}, "cut": {"gzip", bomb[:20]}, "none of it": {"gzip", []byte(responsesBody)},
		"many": {strings.Repeat("gzip, ", 50) + "gzip", codingtest.All("gzip", responsesBody)}, "a bomb": {"gzip", bomb},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		a := u.send(t, ask("/codex/responses", string(test.body), "Content-Encoding", test.coding))
		runtime.ReadMemStats(&after)
		if got := u.last(t); a.status != http.StatusOK || got.body != string(test.body) || got.header.Get("Content-Encoding") != test.coding {
			t.Errorf("%s: HTTP %d %s, %d bytes passed on", name, a.status, a.body, len(got.body))
		}
		if grown := int64(after.TotalAlloc - before.TotalAlloc); grown > 48<<20 {
			t.Errorf("%s: it took %d MB", name, grown>>20)
		}
	}
}

// frame is a frame of a client's, as it is on the wire.
func frame(first byte, masked bool, length uint64, payload string) []byte {
	var b bytes.Buffer
	mask := byte(0)
	if masked {
		mask = 0x80
	}
	b.WriteByte(first)
	switch {
	case length < 126:
		b.WriteByte(mask | byte(length))
	case length < 1<<16:
		b.WriteByte(mask | 126)
		_ = binary.Write(&b, binary.BigEndian, uint16(length))
	default:
		b.WriteByte(mask | 127)
		_ = binary.Write(&b, binary.BigEndian, length)
	}
	if masked {
		b.WriteString("\x00\x00\x00\x00") // a mask that changes nothing
	}
	b.WriteString(payload)
	return b.Bytes()
}

const handshakeLines = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

// A client that breaks the rules of WebSockets loses its connection, and costs
// nothing more; one that keeps them oddly is served.
func TestOddFrames(t *testing.T) {
	s := serveSockets(t)
	const ask = `{"type":"response.create","model":"gpt-6","input":[]}`
	for name, test := range map[string]struct {
		frames []byte
		served bool
	}{
		"in fragments": {bytes.Join([][]byte{
			frame(0x01, true, 5, ask[:5]), frame(0x89, true, 0, ""), frame(0x00, true, 0, ""), frame(0x80, true, uint64(len(ask)-5), ask[5:]),
		}, nil), true},
		"after a flood of pings": {append(bytes.Repeat(frame(0x89, true, 4, "ping"), 5000), frame(0x81, true, uint64(len(ask)), ask)...), true},
		"without a mask":         {frame(0x81, false, uint64(len(ask)), ask), false},
		"of an endless length":   {frame(0x81, true, 1<<62, "x"), false},
		"of a negative length":   {frame(0x81, true, 1<<63, "x"), false},
		"of a kind nobody knows": {frame(0x83, true, 1, "x"), false},
		"with reserved bits":     {frame(0xb1, true, 1, "x"), false},
		"a ping that is large":   {frame(0x89, true, 126, strings.Repeat("x", 126)), false},
		"a ping in pieces":       {frame(0x09, true, 1, "x"), false},
		"the end of nothing":     {frame(0x80, true, 1, "x"), false},
		"one within another":     {append(frame(0x01, true, 1, "x"), frame(0x81, true, 1, "x")...), false},
		"a wrong close":          {frame(0x88, true, 1, "x"), false},
		"a close code of ours":   {frame(0x88, true, 2, "\x03\xed"), false},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
			rig.Must(t, err)
			defer conn.Close() //nolint:errcheck // read to its end
			rig.Must(t, conn.SetDeadline(time.Now().Add(rig.Patience)))
			_, err = io.WriteString(conn, head("GET /codex/responses HTTP/1.1", handshakeLines+"Sec-WebSocket-Version: 13", ""))
			rig.Must(t, err)
			var said bytes.Buffer
			hear := func(end string) {
				for piece := make([]byte, 4096); !strings.Contains(said.String(), end) && err == nil; {
					var n int
					n, err = conn.Read(piece)
					said.Write(piece[:n])
				}
			}
			hear("\r\n\r\n")
			go func() { // its other side may hang up before the end
				_, _ = conn.Write(test.frames)
				if tcp, ok := conn.(*net.TCPConn); ok && !test.served {
					_ = tcp.CloseWrite() // no more comes of a frame that has no end
				}
			}()
			hear("response.completed")
			if served := strings.Contains(said.String(), "response.completed"); served != test.served || !strings.HasPrefix(said.String(), "HTTP/1.1 101") {
				t.Errorf("served: %v, %.300q", served, said.String())
			}
		})
	}
}

// A handshake that is none is refused as such, and what a page puts into it for want
// of headers stays here.
func TestOddHandshakes(t *testing.T) {
	s := serveSockets(t)
	for name, lines := range map[string]string{
		"another version": handshakeLines + "Sec-WebSocket-Version: 8", "two versions": handshakeLines + "Sec-WebSocket-Version: 13, 8", "no version": handshakeLines + "X: y",
		"a short key": strings.Replace(handshakeLines, "dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=", 1) + "Sec-WebSocket-Version: 13",
	} {
		if a := s.raw(t, head("GET /codex/responses HTTP/1.1", lines, "")); a.status != http.StatusBadRequest {
			t.Errorf("%s: HTTP %d %s", name, a.status, a.body)
		}
	}
	for _, line := range []string{"GET /codex/responses HTTP/1.0", "POST /codex/responses HTTP/1.1"} {
		if a := s.raw(t, head(line, handshakeLines+"Sec-WebSocket-Version: 13", "")); a.status != http.StatusBadRequest {
			t.Errorf("%s: HTTP %d %s", line, a.status, a.body)
		}
	}
	conn, resp, err := websocket.Dial(rig.Deadline(t), strings.Replace(s.url, "http", "ws", 1)+"/codex/responses", &websocket.DialOptions{ //nolint:bodyclose // the connection is the body
		HTTPHeader:   http.Header{"Authorization": {"Bearer " + token}},
		Subprotocols: []string{"realtime", "openai-insecure-api-key." + token, "openai-organization.org", "x." + token, "openai-beta.realtime-v1"},
	})
	rig.Must(t, err)
	defer conn.CloseNow() //nolint:errcheck // nothing is said
	if resp.StatusCode != http.StatusSwitchingProtocols {
		t.Errorf("HTTP %d", resp.StatusCode)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if got := fmt.Sprint(s.headers); strings.Contains(got, token) || strings.Contains(got, "openai-organization") || !strings.Contains(got, "openai-beta.realtime-v1") {
		t.Errorf("the provider got %s", got)
	}
}
