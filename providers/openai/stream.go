package openai

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// ReadEvent says what an event of a stream shows: of the Responses API, which
// Codex uses too, or of the Chat Completions API, whose events have no names.
func (p *Provider) ReadEvent(name, data []byte) providers.StreamEvent {
	if name = answer.EventName(name, data); len(name) == 0 {
		return chatEvent(data)
	}
	switch string(name) {
	case "response.output_text.delta", "response.refusal.delta", "response.output_item.done",
		"response.function_call_arguments.delta", "response.function_call_arguments.done":
		return providers.StreamEvent{Step: providers.StreamOutput}
	case "response.output_item.added":
		return providers.StreamEvent{Step: itemStep(data)}
	case "response.completed", "response.incomplete":
		return providers.StreamEvent{Step: providers.StreamEnd}
	case "response.failed":
		return failed(responseError(data))
	case "error":
		return failed(data)
	}
	if bytes.HasPrefix(name, []byte("response.")) || bytes.HasPrefix(name, []byte("codex.")) {
		return providers.StreamEvent{Step: providers.StreamPreamble}
	}
	return providers.StreamEvent{}
}

// itemStep tells items that a caller can see from the model's reasoning.
func itemStep(data []byte) providers.StreamStep {
	if bytes.Contains(data, []byte(`"type":"message"`)) || bytes.Contains(data, []byte(`"type":"function_call"`)) {
		return providers.StreamOutput
	}
	return providers.StreamPreamble
}

// responseError returns the error of a failed response as an answer's body.
func responseError(data []byte) []byte {
	var event struct {
		Response struct {
			Error json.RawMessage `json:"error"`
		} `json:"response"`
	}
	_ = json.Unmarshal(data, &event) // what does not fit stays empty
	return append(append([]byte(`{"error":`), event.Response.Error...), '}')
}

// failed gives an error the status that it has without a stream. A code that
// is not known is passed on as the caller's.
func failed(body []byte) providers.StreamEvent {
	e := answer.ParseError(body)
	status := codeStatus(e.Code)
	if status == 0 {
		status = codeStatus(e.Type)
	}
	if status == 0 {
		status = http.StatusBadRequest
	}
	return providers.StreamEvent{Step: providers.StreamFailed, Status: status, Body: body}
}

// codeStatus returns 0 for a code that is not known.
func codeStatus(code string) int {
	switch code {
	case "rate_limit_exceeded", "usage_limit_reached", "insufficient_quota", "usage_not_included", "quota_exceeded":
		return http.StatusTooManyRequests
	case "invalid_api_key", "invalid_iam_token", "token_expired", "token_invalidated", "token_revoked":
		return http.StatusUnauthorized
	case "server_is_overloaded", "slow_down", "model_at_capacity":
		return http.StatusServiceUnavailable
	case "server_error":
		return http.StatusInternalServerError
	}
	return 0
}

// chatEvent reads an event without a name.
func chatEvent(data []byte) providers.StreamEvent {
	switch {
	case bytes.Equal(data, []byte("[DONE]")):
		return providers.StreamEvent{Step: providers.StreamEnd}
	case bytes.Contains(data, []byte(`"error"`)) && hasError(data):
		return failed(data)
	case !bytes.Contains(data, []byte(`"choices"`)):
		return providers.StreamEvent{}
	case opensChat(data):
		return providers.StreamEvent{Step: providers.StreamPreamble}
	}
	return providers.StreamEvent{Step: providers.StreamOutput}
}

// opensChat reports whether an event shows nothing yet: it has figures or a
// filter's verdict on the prompt, or says no more than who speaks.
func opensChat(data []byte) bool {
	if bytes.Contains(data, []byte(`"choices":[]`)) {
		return true
	}
	silent := bytes.Contains(data, []byte(`"content":""`)) || bytes.Contains(data, []byte(`"content":null`))
	return silent && bytes.Contains(data, []byte(`"role":"assistant"`)) && !bytes.Contains(data, []byte(`_call`))
}

// hasError reports whether an error is what the event tells, and not a word of
// the output.
func hasError(data []byte) bool {
	var event struct {
		Error json.RawMessage `json:"error"`
	}
	return json.Unmarshal(data, &event) == nil && len(event.Error) > 0 && event.Error[0] == '{'
}
