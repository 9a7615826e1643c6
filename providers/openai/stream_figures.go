package openai

import (
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// rateLimits is the event by which Codex' streams and WebSockets tell the quota
// figures that answers have as headers.
const rateLimits = "codex.rate_limits"

// figureHeaders returns the headers that an answer with the same figures has.
func figureHeaders(data []byte) http.Header {
	h := http.Header{}
	h.Set("X-Codex-Plan-Type", strings.Clone(answer.Member(data, "plan_type").Str))
	prefix := figuresPrefix(answer.Member(data, "metered_limit_name").Str)
	for _, place := range [...]string{"Primary", "Secondary"} {
		window := answer.Member(data, "rate_limits."+strings.ToLower(place))
		setFigure(h, prefix+"-"+place+usedSuffix, window.Get("used_percent"))
		setFigure(h, prefix+"-"+place+"-Window-Minutes", window.Get("window_minutes"))
		setFigure(h, prefix+"-"+place+"-Reset-At", window.Get("reset_at"))
		setFigure(h, prefix+"-"+place+"-Reset-After-Seconds", window.Get("reset_after_seconds"))
	}
	setFigure(h, "X-Codex-Credits-Has-Credits", answer.Member(data, "credits.has_credits"))
	setFigure(h, "X-Codex-Credits-Unlimited", answer.Member(data, "credits.unlimited"))
	return h
}

// figuresPrefix is what headers begin with that are about a limit: that of the plan,
// which is called codex, or of a family of models.
func figuresPrefix(limit string) string {
	family := familyKey(limit)
	if family == "" || family == "codex" || strings.Trim(family, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
		return planPrefix
	}
	return planPrefix + "-" + family
}

func setFigure(h http.Header, name string, figure gjson.Result) {
	switch figure.Type {
	case gjson.Number, gjson.True, gjson.False:
		h.Set(name, strings.Clone(figure.Raw))
	default:
	}
}
