package gateway_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/coding/codingtest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// What is the client's own never reaches an account; the rest does, as it came.
func TestHeaders(t *testing.T) {
	u := record(t)
	m := ask("/anthropic/v1/messages", messagesBody,
		"x-api-key", "the client's other key", "Cookie", "session=1", "Proxy-Authorization", "Basic x", "Connection", "X-Hop", "X-Hop", "1",
		"Te", "trailers", "Keep-Alive", "timeout=5", "Forwarded", "for=1", "X-Forwarded-For", "10.0.0.1", "X-Forwarded-Host", "h",
		"OpenAI-Organization", "org", "OpenAI-Project", "proj", "ChatGPT-Account-Id", "acct", "Api-Key", "k", "X-Goog-Api-Key", "g",
		"Origin", "http://localhost:3000", "Referer", "http://localhost:3000/private",
		"anthropic-beta", "context-1m,oauth-2025-04-20", "anthropic-version", "2023-06-01", "x-stainless-os", "Linux",
		"x-claude-code-session-id", "s", "User-Agent", claudeCode, "Accept-Encoding", "gzip, br, zstd", "Sec-Fetch-Mode", "cors")
	if a := u.send(t, m); a.status != http.StatusOK {
		t.Fatalf("HTTP %d %s", a.status, a.body)
	}
	got := u.last(t).header
	for name, want := range map[string]string{
		"Authorization": "Bearer login-of-a", "Anthropic-Beta": "context-1m,oauth-2025-04-20", "Anthropic-Version": "2023-06-01",
		"X-Stainless-Os": "Linux", "X-Claude-Code-Session-Id": "s", "User-Agent": claudeCode, "Accept-Encoding": "identity", "Sec-Fetch-Mode": "cors",
		"X-Api-Key": "", "Cookie": "", "Proxy-Authorization": "", "X-Hop": "", "Keep-Alive": "", "Forwarded": "", "X-Forwarded-For": "",
		"X-Forwarded-Host": "", "Openai-Organization": "", "Openai-Project": "", "Chatgpt-Account-Id": "", "Api-Key": "", "X-Goog-Api-Key": "",
		"Origin": "", "Referer": "", "Connection": "",
	} {
		if values := strings.Join(got[name], "|"); values != want {
			t.Errorf("%s is %q, want %q", name, values, want)
		}
	}
	for name, values := range got {
		if strings.Contains(strings.Join(values, ""), token) {
			t.Errorf("%s holds the gateway's token", name)
		}
	}
}

// A client's own login, which it sends beside the gateway's token, is replaced.
func TestClientsOwnLogin(t *testing.T) {
	u := record(t)
	m := ask("/anthropic/v1/messages", messagesBody, "Authorization", "Bearer sk-ant-oat01-the-clients-own", "x-api-key", token, "anthropic-beta", "oauth-2025-04-20")
	if a := u.send(t, m); a.status != http.StatusOK {
		t.Fatalf("HTTP %d %s", a.status, a.body)
	}
	if got := u.last(t).header; got.Get("Authorization") != "Bearer login-of-a" || got.Get("X-Api-Key") != "" || got.Get("Anthropic-Beta") != "oauth-2025-04-20" {
		t.Errorf("%v", got)
	}
}

// Bodies are passed on byte for byte, compressed ones too.
func TestBodies(t *testing.T) {
	u := record(t)
	const odd = " {\"zz\":1 , \"model\":\"claude-opus-5\",\"a\":{\"b\":[1,2,\"\\u00e9\u00e9\"]},\n\"stream\":false,\"messages\":[]}\r\n"
	for name, m := range map[string]message{
		"odd": ask("/anthropic/v1/messages", odd), "none": ask("/anthropic/v1/messages", ""), "no JSON": ask("/anthropic/v1/files", "\x00\x01"),
		"gzip": ask("/codex/responses", string(codingtest.All("gzip", responsesBody)), "Content-Encoding", "gzip"),
		"zstd": ask("/codex/responses", string(codingtest.All("zstd", responsesBody)), "Content-Encoding", "zstd"),
	} {
		if a := u.send(t, m); a.status != http.StatusOK {
			t.Errorf("%s: HTTP %d %s", name, a.status, a.body)
		}
		got := u.last(t)
		if got.body != m.body || got.length != int64(len(m.body)) || got.header.Get("Content-Encoding") != m.header.Get("Content-Encoding") {
			t.Errorf("%s: got %d bytes %q", name, got.length, got.body)
		}
	}
}

// An account's cookies are not the client's.
func TestAnswersHeaders(t *testing.T) {
	u := record(t)
	u.reply = func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Set-Cookie", "cf=1")
		h.Set("Alt-Svc", "h3=\":443\"")
		h.Set("Request-Id", "req_1")
		h.Set("X-Empty", "")
	}
	a := u.send(t, claude(claudeCode))
	if a.header.Get("Set-Cookie") != "" || a.header.Get("Alt-Svc") != "" || a.header.Get("Request-Id") != "req_1" || len(a.header["X-Empty"]) != 1 {
		t.Errorf("%v", a.header)
	}
}

// A provider that repeats what it was sent gives no account's token away, be its
// error passed on or quoted.
func TestAnErrorTellsNoCredential(t *testing.T) {
	u := record(t)
	const secret = "the-whole-token-of-an-account"
	rig.Add(t, rig.Pool(t, u.engine, "zai"), multiaccount.NewAccount{Label: "long", APIKey: secret, Priority: 9})
	for _, status := range []int{http.StatusFound, http.StatusBadRequest, http.StatusNotFound, http.StatusUnauthorized} {
		u.reply = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Echo", r.Header.Get("Authorization"))
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"error":{"message":"refused: `+r.Header.Get("Authorization")+`."}}`)
		}
		a := u.send(t, ask("/zai/v1/messages", messagesBody))
		if sent := u.last(t).header.Get("Authorization"); sent != "Bearer "+secret && status != http.StatusUnauthorized {
			t.Errorf("HTTP %d: sent with %q", status, sent)
		}
		if told := a.body + a.header.Get("X-Echo"); strings.Contains(told, secret) || status != http.StatusUnauthorized && strings.Count(told, "*") != 2*len(secret) {
			t.Errorf("HTTP %d %v %s", a.status, a.header, a.body)
		}
	}
}
