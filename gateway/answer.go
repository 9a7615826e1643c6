package gateway

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// refuse answers with a refusal: as an answer of its own, or within a stream that
// has begun. A stream in which a client would not see the error is cut.
func (x *exchange) refuse(r *refusal) {
	now := time.Now()
	x.gateway.log.Debug().Str("path", x.r.URL.Path).Int("status", x.asker.status(r, now)).Msg(r.message)
	if (x.asker.agent == openCode || x.asker.agent == pi) && x.asker.isFinal(r, now) {
		r = r.withoutTriggers()
	}
	if x.w.kept() {
		x.w.endStream(x.asker.status(r, now), x.asker.failure(r))
		return
	}
	header := x.w.Header()
	x.asker.setHeaders(header, r, now)
	x.w.WriteHeader(x.asker.status(r, now))
	if x.r.Method != http.MethodHead {
		_, _ = x.w.Write(x.asker.errorBody(r, now)) // the client may be gone; that is its right
	}
}

// isFinal reports whether the client must not ask again by itself.
func (a asker) isFinal(r *refusal, now time.Time) bool {
	return !r.isSoon(now) && a.status(r, now) != http.StatusServiceUnavailable
}

func (a asker) setHeaders(h http.Header, r *refusal, now time.Time) {
	h.Set("Content-Type", "application/json")
	if a.showsBody(r, now) {
		h.Set("Content-Type", "text/plain; charset=utf-8")
	}
	h.Set("X-Content-Type-Options", "nosniff")
	switch {
	case r.isSoon(now):
		h.Set("Retry-After", strconv.Itoa(r.wait(now)))
	default:
		h.Set("X-Should-Retry", "false")
	}
	switch r.kind {
	case limited:
		if a.format != messages && a.format != gemini {
			h.Set("X-Codex-Promo-Message", visible(r.message))
		}
	case wrongToken:
		h.Set("WWW-Authenticate", `Bearer realm="multiaccount"`)
	case noUpgrade:
		h.Set("Connection", "close")
	case closing, slow:
		h.Set("Connection", "close")
	default:
	}
}

// visible returns a text in a form that a header can carry.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
}

// anthropicError is Anthropic's form of an error.
type anthropicError struct {
	Type  string `json:"type"`
	Error struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	} `json:"error"`
}

// openAIError is OpenAI's, with what Codex reads of a limit.
type openAIError struct {
	Message         string  `json:"message"`
	Type            string  `json:"type"`
	Code            string  `json:"code"`
	Param           *string `json:"param"`
	ResetsAt        int64   `json:"resets_at,omitempty"`
	ResetsInSeconds int64   `json:"resets_in_seconds,omitempty"`
}

// showsBody reports whether the agent shows the answer's body as it came: Codex does
// with that of a 400.
func (a asker) showsBody(r *refusal, now time.Time) bool {
	return a.agent == codex && a.status(r, now) == http.StatusBadRequest
}

func (a asker) errorBody(r *refusal, now time.Time) []byte {
	if a.showsBody(r, now) {
		return []byte(r.message)
	}
	if a.format == messages {
		e := anthropicError{Type: "error"}
		e.Error.Type, e.Error.Message = a.anthropicType(r, now), r.message
		return encode(e)
	}
	if a.format == gemini {
		return a.googleError(r, now)
	}
	return encode(map[string]openAIError{"error": a.openAIError(r, now)})
}

func (a asker) openAIError(r *refusal, now time.Time) openAIError {
	kind, code := a.openAIType(r, now)
	e := openAIError{Message: r.message, Type: kind, Code: code}
	if r.kind == limited && !r.retryAt.IsZero() {
		e.ResetsAt = r.retryAt.Unix()
		e.ResetsInSeconds = int64(math.Ceil(max(0, r.retryAt.Sub(now).Seconds())))
	}
	return e
}

// encode encodes a value that cannot fail to encode.
func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("gateway: an error does not encode: " + err.Error())
	}
	return data
}

func (a asker) anthropicType(r *refusal, now time.Time) string {
	switch a.status(r, now) {
	case http.StatusUnauthorized:
		return "authentication_error"
	case http.StatusPaymentRequired:
		return "billing_error"
	case http.StatusForbidden:
		return "permission_error"
	case http.StatusNotFound:
		return "not_found_error"
	case http.StatusTooManyRequests:
		return "rate_limit_error"
	case http.StatusServiceUnavailable:
		return "api_error"
	}
	return "invalid_request_error"
}

func (a asker) openAIType(r *refusal, now time.Time) (kind, code string) {
	switch r.kind {
	case limited:
		if a.status(r, now) == http.StatusPaymentRequired {
			return "insufficient_quota", "insufficient_quota"
		}
		return "usage_limit_reached", "usage_limit_reached"
	case loginNeeded:
		return "invalid_request_error", "login_required"
	case wrongToken:
		return "invalid_request_error", "invalid_api_key"
	case busy:
		return "requests", "rate_limit_exceeded"
	case down, closing:
		return "service_unavailable_error", "server_is_overloaded"
	default:
		return "invalid_request_error", "invalid_request"
	}
}
