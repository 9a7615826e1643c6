package anthropic

import (
	"net/http"

	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// ReadEvent says what an event of the Messages API's streams shows. An object
// with an error is one, whatever it is called.
func (p *Provider) ReadEvent(name, data []byte) providers.StreamEvent {
	_, step := answer.ReadNamed(name, data, stepOf)
	if step == providers.StreamFailed || step == providers.StreamUnknown && answer.HasError(data) {
		return providers.StreamEvent{
			Step: providers.StreamFailed, Status: errorStatus(answer.ParseError(data).Type), Body: data,
		}
	}
	return providers.StreamEvent{Step: step}
}

// stepOf reads an event by its name.
func stepOf(name string) providers.StreamStep {
	switch name {
	case "message_start", "ping":
		return providers.StreamPreamble
	case "content_block_start", "content_block_delta", "content_block_stop", "message_delta":
		return providers.StreamOutput
	case "message_stop":
		return providers.StreamEnd
	case "error":
		return providers.StreamFailed
	}
	return providers.StreamUnknown
}

// statusOverloaded is Anthropic's own.
const statusOverloaded = 529

// errorStatus returns the status that the documentation of the API's errors
// gives a type. One that it does not name is passed on as the caller's.
func errorStatus(kind string) int {
	switch kind {
	case "authentication_error":
		return http.StatusUnauthorized
	case "billing_error":
		return http.StatusPaymentRequired
	case "permission_error":
		return http.StatusForbidden
	case "rate_limit_error":
		return http.StatusTooManyRequests
	case "api_error":
		return http.StatusInternalServerError
	case "timeout_error":
		return http.StatusGatewayTimeout
	case "overloaded_error":
		return statusOverloaded
	}
	return http.StatusBadRequest
}
