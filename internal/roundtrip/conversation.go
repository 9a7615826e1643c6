package roundtrip

import (
	"net/http"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/jsonscan"
)

// sessionHeaders name the conversation, in the order in which they count;
// spelled as net/http spells keys.
var sessionHeaders = [...]string{ //nolint:gochecknoglobals // a constant table
	"X-Session-Id", "Session-Id", "Session_id", "X-Claude-Code-Session-Id", "Conversation_id", "Thread-Id", "X-Session-Affinity",
}

// agentHeaders name an agent within a session: Claude Code's sub-agents share the
// session of their parent, and so do the threads of Codex.
var agentHeaders = [...]string{"X-Claude-Code-Agent-Id", "Thread-Id"} //nolint:gochecknoglobals // a constant table

// mayIdentify reports whether any header can be one of these, by how they end. Where
// none can, one pass costs less than to look for nine.
func mayIdentify(h http.Header) bool {
	for name := range h {
		if strings.HasSuffix(name, "-Id") || strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "-Affinity") {
			return true
		}
	}
	return false
}

// hintHeader is where Codex names the model when the body is compressed.
const hintHeader = "X-Codex-Routing-Hint"

// affinityDigits is how much of a hash stands for a conversation.
const affinityDigits = 16

// sessionOf returns what the headers call the conversation; empty when they do not.
func sessionOf(h http.Header) string { return firstHeader(h, sessionHeaders[:]) }

// ofAgent returns the key of an agent's own conversation within that of key.
func ofAgent(key string, h http.Header) string {
	agent := firstHeader(h, agentHeaders[:])
	if agent == "" || agent == key {
		return key
	}
	if key == "" {
		return agent
	}
	return key + "/" + agent
}

// ofCaller returns the key of a caller's conversation, which no other caller has.
func ofCaller(caller, key string) string {
	if caller == "" || key == "" {
		return key
	}
	return caller + "/" + key
}

// hintedModel returns the model that a header names, and its tier as in
// "model=gpt-5.5;tier=priority"; empty for none.
func hintedModel(h http.Header) string {
	var model, tier string
	for part := range strings.SplitSeq(header(h, hintHeader), ";") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(part), "="); name {
		case "model":
			model = value
		case "tier":
			tier = tierOf(value)
		}
	}
	if model == "" {
		return ""
	}
	return account.Tiered(model, tier)
}

// userSession is what comes before the session in older ids of users.
const userSession = "_session_"

// sessionOfUser returns the session in Claude Code's metadata.user_id, which is
// JSON in a string, and was words with underlines between before. Any other id
// is returned as it is.
func sessionOfUser(id string) string {
	if strings.HasPrefix(id, "{") {
		c := jsonscan.New(id, nil)
		return firstOf(textIn(&c, "session_id"), id)
	}
	if i := strings.LastIndex(id, userSession); i >= 0 {
		return firstOf(id[i+len(userSession):], id)
	}
	return id
}

// firstHeader returns the first of the headers that says something.
func firstHeader(h http.Header, names []string) string {
	for _, name := range names {
		if v := header(h, name); v != "" {
			return v
		}
	}
	return ""
}

// header returns a header's first value; name is spelled as net/http spells it.
func header(h http.Header, name string) string {
	if values := h[name]; len(values) > 0 {
		return strings.TrimSpace(values[0])
	}
	return ""
}
