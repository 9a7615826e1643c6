package multiaccount

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/actors"
)

// affinityHeaders name the conversation, in the order in which they count;
// spelled as net/http spells keys.
var affinityHeaders = [...]string{"X-Session-Id", "Session_id", "X-Claude-Code-Session-Id", "Conversation_id"} //nolint:gochecknoglobals // a constant table

// affinityDigits is how much of a hash stands for a conversation.
const affinityDigits = 16

// selectionOf reads what a request asks for: the host's choices in its
// context, then its headers, then its body.
func selectionOf(req *http.Request) actors.Selection {
	ctx := req.Context()
	s := actors.Selection{Affinity: value(ctx, affinityKey), Model: value(ctx, modelKey), Pin: value(ctx, accountKey)}
	for _, name := range affinityHeaders {
		if values := req.Header[name]; s.Affinity == "" && len(values) > 0 {
			s.Affinity = values[0]
		}
	}
	if s.Affinity != "" && s.Model != "" {
		return s
	}
	if body := bodyText(req); body != "" {
		spoken := readBody(body)
		s.Model = firstOf(s.Model, spoken.model)
		s.Affinity = firstOf(s.Affinity, spoken.cacheKey, spoken.user, spoken.conversation, spoken.hash())
	}
	return s
}

// bodyText returns the body of a request that can be sent again, in one copy;
// empty when there is none, or it is not JSON.
func bodyText(req *http.Request) string {
	if req.GetBody == nil || req.ContentLength <= 0 || !replayable(req) || !isJSON(req.Header) {
		return ""
	}
	body, err := req.GetBody()
	if err != nil {
		return ""
	}
	var text strings.Builder
	text.Grow(int(req.ContentLength))
	_, err = io.Copy(&text, body)
	if closeErr := body.Close(); err != nil || closeErr != nil {
		return ""
	}
	return text.String()
}

func isJSON(h http.Header) bool {
	kind := h["Content-Type"]
	return len(kind) == 0 || strings.Contains(kind[0], "json")
}

// spoken is what a body says of its conversation.
type spoken struct {
	model, cacheKey, user, conversation string
	// first is what the user said first.
	first string
}

// readBody reads the request bodies of Anthropic's messages and OpenAI's
// responses and chat completions. What is not there, or is not JSON, is empty.
func readBody(body string) spoken {
	var s spoken
	gjson.Parse(body).ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "model":
			s.model = text(v)
		case "prompt_cache_key":
			s.cacheKey = text(v)
		case "metadata":
			s.user = text(v.Get("user_id"))
		case "conversation":
			s.conversation = firstOf(text(v), text(v.Get("id")))
		case "messages", "input":
			s.first = firstOf(s.first, firstUserMessage(v))
		}
		return true
	})
	return s
}

// firstUserMessage returns the text of the first message of the user's; an
// input may also be that text itself.
func firstUserMessage(messages gjson.Result) string {
	if messages.Type == gjson.String {
		return messages.String()
	}
	var first string
	messages.ForEach(func(_, m gjson.Result) bool {
		var role string
		var said gjson.Result
		m.ForEach(func(key, v gjson.Result) bool {
			switch key.Str {
			case "role":
				role = v.Str
			case "content":
				said = v
			}
			return true
		})
		if role == "user" {
			first = content(said)
		}
		return first == ""
	})
	return first
}

// content joins the texts of a message. What else its parts say, as where to
// cache, may change from turn to turn.
func content(v gjson.Result) string {
	if !v.IsArray() {
		return text(v)
	}
	var joined strings.Builder
	v.ForEach(func(_, part gjson.Result) bool {
		joined.WriteString(text(part.Get("text")))
		return true
	})
	return joined.String()
}

// hash stands for the conversation that began with the first message.
func (s spoken) hash() string {
	if s.first == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(s.first))
	return hex.EncodeToString(sum[:affinityDigits/2])
}

func text(v gjson.Result) string {
	if v.Type != gjson.String {
		return ""
	}
	return v.String()
}

func firstOf(candidates ...string) string {
	for _, c := range candidates {
		if c != "" {
			return c
		}
	}
	return ""
}
