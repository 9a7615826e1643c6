package roundtrip

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/jsonscan"
)

// sessionHeaders identify the conversation, in order of preference, spelled as
// net/http spells keys.
var sessionHeaders = [...]string{ //nolint:gochecknoglobals // a constant table
	"X-Session-Id", "Session-Id", "Session_id", "X-Claude-Code-Session-Id", "Conversation_id", "Thread-Id", "X-Session-Affinity",
}

// agentHeaders identify an agent within a session: Claude Code's sub-agents share
// the session of their parent, and so do the threads of Codex.
var agentHeaders = [...]string{"X-Claude-Code-Agent-Id", "Thread-Id"} //nolint:gochecknoglobals // a constant table

// mayIdentify reports whether any header may be one of these, by how its name
// ends. When none may, this one pass costs less than nine lookups.
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

// affinityDigits is how many digits of a hash identify a conversation.
const affinityDigits = 16

// sessionOf returns the conversation that the headers identify; empty when they
// identify none.
func sessionOf(h http.Header) string { return firstHeader(h, sessionHeaders[:]) }

// ofAgent returns the key of an agent's own conversation within the one of key.
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

// ofCaller returns the key of a conversation that belongs to one caller alone.
func ofCaller(caller, key string) string {
	if caller == "" || key == "" {
		return key
	}
	return caller + "/" + key
}

// hintedModel returns the model in a header, with its tier as in
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

// userSession is the text before the session in older ids of users.
const userSession = "_session_"

// sessionOfUser returns the session in Claude Code's metadata.user_id, which is
// JSON in a string; in older versions it was words joined by underscores. Any
// other id is returned unchanged.
func sessionOfUser(id string) string {
	if strings.HasPrefix(id, "{") {
		c := jsonscan.New(id, nil)
		return cmp.Or(textIn(&c, "session_id"), id)
	}
	if i := strings.LastIndex(id, userSession); i >= 0 {
		return cmp.Or(id[i+len(userSession):], id)
	}
	return id
}

// firstHeader returns the first of the headers that is not empty.
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
