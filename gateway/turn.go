package gateway

import (
	"time"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/providers"
)

// turnRequest is the type of the message that begins a turn.
const turnRequest = "response.create"

// turn is what a client has asked for and what is still to be answered.
type turn struct {
	// open counts requests without their last event.
	open  int
	model string
	// follows is set when the latest request names the response before it, whose
	// state lives with the account.
	follows bool
	// shown is set once a part of an answer was passed on.
	shown bool
}

func (t *turn) running() bool { return t.open > 0 }

// see notes an event of the provider.
func (t *turn) see(step providers.StreamStep) {
	switch step {
	case providers.StreamOutput:
		t.shown = true
	case providers.StreamEnd, providers.StreamFailed:
		t.open = max(t.open-1, 0)
		t.shown = t.shown && t.open > 0
	default:
	}
}

// ask notes a message of the client.
func (t *turn) ask(data []byte) {
	if gjson.GetBytes(data, "type").Str != turnRequest {
		return
	}
	t.open++
	t.model = gjson.GetBytes(data, "model").String()
	t.follows = gjson.GetBytes(data, "previous_response_id").String() != ""
}

// moved returns the event that makes a client connect and ask again. When the client
// had sent only the new part of its conversation, it then sends all of it.
func (t *turn) moved() []byte {
	code, message := "websocket_connection_limit_reached", "this connection's account is used up; connect again"
	if t.follows {
		code, message = "previous_response_not_found", "this connection's account is used up; connect again and send the whole conversation"
	}
	return encode(errorEvent{Type: "error", Status: 400, Error: openAIError{Type: "invalid_request_error", Code: code, Message: message}})
}

// errorEvent is how the Responses API tells of an error in a WebSocket.
type errorEvent struct {
	Type    string            `json:"type"`
	Status  int               `json:"status"`
	Error   openAIError       `json:"error"`
	Headers map[string]string `json:"headers,omitempty"`
}

func (a asker) errorEvent(r *refusal) []byte {
	now := time.Now()
	e := errorEvent{Type: "error", Status: a.status(r, now), Error: a.openAIError(r, now)}
	if r.kind == limited {
		e.Headers = map[string]string{"x-codex-promo-message": visible(r.message)}
	}
	return encode(e)
}
