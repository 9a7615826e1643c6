package roundtrip

import (
	"net/http"
	"testing"

	"github.com/seed-810f1486/multiaccount/internal/coding/codingtest"
	"github.com/seed-810f1486/multiaccount/policy"
)

const (
	sessionID = "4f7a3c1e-0d55-4b7e-9f61-2a1d6c3b8e90"
	threadID  = "9b2e6d08-71c4-4c0a-8a53-e5f0417d2c66"
)

// TestSubAgents checks which requests of agents belong together.
func TestSubAgents(t *testing.T) {
	const quoted = `{"metadata":{"user_id":"{\"device_id\":\"d\",\"account_uuid\":\"a\",\"session_id\":\"` + sessionID + `\"}"}}`
	const older = `{"metadata":{"user_id":"user_0123_account_4567_session_` + sessionID + `"}}`
	tests := map[string]struct {
		req           *http.Request
		apart, shared string
	}{
		"claude code":            {post(t, quoted, "x-claude-code-session-id", sessionID), sessionID, sessionID},
		"claude code's body":     {post(t, quoted), sessionID, sessionID},
		"claude code's old body": {post(t, older), sessionID, sessionID},
		"a sub-agent":            {post(t, quoted, "x-claude-code-session-id", "s", "x-claude-code-agent-id", "a"), "s/a", "s"},
		"its body":               {post(t, quoted, "x-claude-code-agent-id", "a"), sessionID + "/a", sessionID},
		"an agent alone":         {post(t, `{}`, "x-claude-code-agent-id", "a"), "a", ""},
		"codex":                  {post(t, `{}`, "session-id", sessionID, "thread-id", sessionID), sessionID, sessionID},
		"a sub-agent of codex": {
			post(t, `{"prompt_cache_key":"`+sessionID+`"}`, "session-id", sessionID, "thread-id", threadID),
			sessionID + "/" + threadID, sessionID,
		},
		"a user that is no session": {post(t, `{"metadata":{"user_id":"user-1"}}`), "user-1", "user-1"},
		"a user without a session":  {post(t, `{"metadata":{"user_id":"{\"device_id\":\"d\"}"}}`), `{"device_id":"d"}`, `{"device_id":"d"}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			apart := read(test.req, policy.Request{}, true).search.ask.Affinity
			shared := read(test.req, policy.Request{}, false).search.ask.Affinity
			if apart != test.apart || shared != test.shared {
				t.Errorf("%q by agent and %q by session, want %q and %q", apart, shared, test.apart, test.shared)
			}
		})
	}
}

// TestCompressedBody checks that a compressed body is read as any other.
func TestCompressedBody(t *testing.T) {
	const text = `{"model":"in the body","prompt_cache_key":"c","stream":true}`
	for _, name := range codingtest.Names() {
		req := post(t, string(codingtest.All(name, text)), "content-encoding", codingtest.Header(name), "x-codex-routing-hint", "model=m")
		if got := read(req, policy.Request{}, true); got.search.ask.Affinity != "c" || got.search.ask.Model != "in the body" || !got.streams {
			t.Errorf("%s: %+v", name, got.search.ask)
		}
	}
}

// TestUnreadableBody checks that the headers alone say what a body is that cannot
// be read.
func TestUnreadableBody(t *testing.T) {
	body := `{"model":"in the body","prompt_cache_key":"in the body"}`
	headers := []string{"content-encoding", "rot13", "session-id", "s", "x-codex-routing-hint", "model=gpt-6;tier=priority"}
	got := selected(post(t, body, headers...))
	if got.Affinity != "s" || got.Model != "gpt-6 (priority)" {
		t.Errorf("%+v", got)
	}
	got = selected(post(t, body, append([]string{"content-encoding", "identity"}, headers[2:]...)...))
	if got.Affinity != "s" || got.Model != "in the body" {
		t.Errorf("%+v", got)
	}
}

// TestCallers checks that two callers never share a conversation.
func TestCallers(t *testing.T) {
	req := post(t, `{"prompt_cache_key":"c"}`, "x-session-id", "s")
	one, two := read(req, policy.Request{Caller: "laptop"}, true), read(req, policy.Request{Caller: "desktop", Affinity: "s"}, true)
	if one.search.ask.Affinity != "laptop/s" || two.search.ask.Affinity != "desktop/s" {
		t.Errorf("%q and %q", one.search.ask.Affinity, two.search.ask.Affinity)
	}
	if alone := read(post(t, `{}`), policy.Request{Caller: "laptop"}, true).search.ask.Affinity; alone != "" {
		t.Errorf("a request that stands alone belongs to %q", alone)
	}
}

// TestUpgradeHasNoBody checks that a handshake has its conversation from headers.
func TestUpgradeHasNoBody(t *testing.T) {
	req := post(t, "", "connection", "Upgrade", "upgrade", "websocket", "session-id", "s", "thread-id", "t")
	req.Method, req.Body, req.GetBody, req.ContentLength = http.MethodGet, nil, nil, 0
	if got := selected(req); got.Affinity != "s/t" {
		t.Errorf("%+v", got)
	}
}

// TestAgentOfTheHost checks that a conversation which the host names has no agents.
func TestAgentOfTheHost(t *testing.T) {
	req := post(t, `{}`, "x-claude-code-agent-id", "a")
	if got := read(req, policy.Request{Affinity: "host"}, true).search.ask.Affinity; got != "host" {
		t.Errorf("affinity %q", got)
	}
}

// TestEachHeaderMayIdentify checks that no header is passed over for how it ends.
func TestEachHeaderMayIdentify(t *testing.T) {
	for _, name := range append(sessionHeaders[:], agentHeaders[:]...) {
		if !mayIdentify(http.Header{"Accept": {"a"}, name: {"s"}}) {
			t.Errorf("%s is not looked for", name)
		}
	}
	if mayIdentify(http.Header{"Content-Type": {"a"}, "Authorization": {"b"}}) {
		t.Error("headers of any request are taken for those of a conversation")
	}
}

// FuzzConversation checks that whatever headers and ids of users say, two agents
// of one session stay apart.
func FuzzConversation(f *testing.F) {
	f.Add(sessionID, threadID, `{"session_id":"s"}`, "model=m;tier=fast")
	f.Add("", "\x00", "user_1_session_", "model=;tier")
	f.Fuzz(func(t *testing.T, session, agent, user, hint string) {
		h := http.Header{"Session-Id": {session}, "X-Claude-Code-Agent-Id": {agent}, hintHeader: {hint}}
		main := sessionOf(h) // which a session's first agent may be called by, too
		first := ofAgent(main, h)
		h.Set("X-Claude-Code-Agent-Id", agent+"2")
		if second := ofAgent(main, h); first == second && first != main {
			t.Errorf("two agents share %q", first)
		}
		_, _ = sessionOfUser(user), hintedModel(h)
	})
}
