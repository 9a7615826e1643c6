package openai

import (
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// ReadEvent says what an event of a stream shows: of the Responses API, which
// Codex uses too, or of the Chat Completions API, whose events have no names.
func (p *Provider) ReadEvent(name, data []byte) providers.StreamEvent {
	switch name, step := answer.ReadNamed(name, data, stepOf); {
	case step == providers.StreamUnknown:
		return chatEvent(data)
	case name == itemAdded:
		return providers.StreamEvent{Step: itemStep(data)}
	case name == rateLimits:
		return providers.StreamEvent{Step: step, Header: figureHeaders(data)}
	case name == responseFailed:
		return failed(responseError(data))
	case step == providers.StreamFailed:
		return failed(data)
	default:
		return providers.StreamEvent{Step: step}
	}
}

// Events whose data say more than their names.
const (
	itemAdded      = "response.output_item.added"
	responseFailed = "response.failed"
)

// stepOf reads an event by its name.
func stepOf(name string) providers.StreamStep {
	switch name {
	case "response.output_text.delta", "response.refusal.delta", "response.output_item.done",
		"response.function_call_arguments.delta", "response.function_call_arguments.done":
		return providers.StreamOutput
	case "response.completed", "response.incomplete", "response.done", "response.cancelled":
		return providers.StreamEnd
	case responseFailed, "error":
		return providers.StreamFailed
	}
	if strings.HasPrefix(name, "response.") || strings.HasPrefix(name, "codex.") {
		return providers.StreamPreamble
	}
	return providers.StreamUnknown
}

// itemStep tells items that a caller can see from the model's reasoning.
func itemStep(data []byte) providers.StreamStep {
	switch answer.Member(data, "item.type").Str {
	case "message", "function_call":
		return providers.StreamOutput
	}
	return providers.StreamPreamble
}

// responseError returns the error of a failed response as an answer's body. The
// response repeats the request around it, and may be cut off.
func responseError(data []byte) []byte {
	fault := answer.Member(data, "response.error")
	if !fault.Exists() {
		fault = answer.Member(data, "error")
	}
	return append(append([]byte(`{"error":`), fault.Raw...), '}')
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
		status = toldStatus(body)
	}
	return providers.StreamEvent{Step: providers.StreamFailed, Status: status, Body: body}
}

// toldStatus returns the status that compatible servers give as a code.
func toldStatus(body []byte) int {
	code := answer.Member(body, "error.code")
	if status := code.Int(); code.Type == gjson.Number && status > http.StatusBadRequest && status < 600 {
		return int(status)
	}
	return http.StatusBadRequest
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

// chatEvent reads an event without a name that is known.
func chatEvent(data []byte) providers.StreamEvent {
	if string(data) == "[DONE]" {
		return providers.StreamEvent{Step: providers.StreamEnd}
	}
	if answer.HasError(data) {
		return failed(data)
	}
	return providers.StreamEvent{Step: choicesStep(answer.Member(data, "choices"))}
}

// choicesStep reads the answers to a chat. None of them is there yet in an event
// that has figures or a filter's verdict on the prompt.
func choicesStep(choices gjson.Result) providers.StreamStep {
	if !choices.IsArray() {
		return providers.StreamUnknown
	}
	step := providers.StreamPreamble
	choices.ForEach(func(_, choice gjson.Result) bool {
		step = max(step, choiceStep(choice))
		return true
	})
	return step
}

// choiceStep reads one answer. A reason to finish completes it: some compatible
// servers send no [DONE].
func choiceStep(choice gjson.Result) providers.StreamStep {
	switch {
	case choice.Get("finish_reason").Str != "":
		return providers.StreamEnd
	case opensChat(choice.Get("delta")):
		return providers.StreamPreamble
	}
	return providers.StreamOutput
}

// opensChat reports whether a delta says no more than who speaks.
func opensChat(delta gjson.Result) bool {
	speaker, empty := false, true
	delta.ForEach(func(key, v gjson.Result) bool {
		if key.Str == "role" {
			speaker = true
		} else {
			empty = empty && isEmpty(v)
		}
		return empty
	})
	return speaker && empty
}

func isEmpty(v gjson.Result) bool {
	return v.Type == gjson.Null || v.Type == gjson.String && v.Str == ""
}
