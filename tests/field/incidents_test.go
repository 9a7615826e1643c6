package field_test

import (
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// incidents are what happens in the week beside quotas that run out.
type incidents struct {
	requests int
	// overloadedAt is when everything of Anthropic is overloaded, for a while.
	overloadedAt time.Time
}

// overloadTime is how long that lasts.
const overloadTime = 15 * time.Second

// next returns the recorded answer of an incident that this request meets; empty
// for none. A request of its own fault meets it with every account.
func (i *incidents) next(m *member, req *http.Request, body gjson.Result) string {
	if own := ownFault(req.Header, body); own != "" {
		return own
	}
	i.requests++
	if m.kind() == "claude" {
		return i.ofClaude()
	}
	switch {
	case i.requests%97 == 0:
		return "server-error"
	case i.requests%131 == 0:
		return "codex-failed-stream"
	case i.requests%163 == 0:
		return "codex-conflict"
	}
	return ""
}

func (i *incidents) ofClaude() string {
	now := time.Now()
	switch {
	case !now.Before(i.overloadedAt) && now.Before(i.overloadedAt.Add(overloadTime)):
		return "claude-overloaded"
	case i.requests%89 == 0:
		return "claude-overloaded-stream"
	case i.requests%113 == 0:
		return "claude-bare"
	case i.requests%151 == 0:
		return "server-error"
	}
	return ""
}

// ownFault returns the answer to a request that asks for what no account has.
func ownFault(h http.Header, body gjson.Result) string {
	switch {
	case body.Get("speed").Str == "fast":
		return "claude-fast"
	case strings.Contains(h.Get("Anthropic-Beta"), "context-1m"):
		return "claude-long-context"
	}
	return ""
}
