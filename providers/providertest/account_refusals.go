package providertest

import (
	"net/http"
)

// Refusal is an error in the words of a provider; what is empty is left out.
type Refusal struct {
	// Kind is the error's type, Code OpenAI's code.
	Kind, Code, Message string
}

// Refused answers with any error, in the flavour's envelope.
func Refused(status int, r Refusal) Answer {
	p := problem{kind: r.Kind, code: r.Code, message: r.Message}
	return refuse(status, p, p)
}

// Detail answers as ChatGPT's servers do where no API answers: with a message
// and nothing else.
func Detail(status int, message string) Answer {
	return Reply(status, nil, string(marshal(obj{"detail": message})))
}

// NoCredit answers that the account's money is used up: Anthropic with 400, of
// which the message alone tells, OpenAI with 429 and a code.
func NoCredit() Answer {
	return Answer{write: func(x *exchange) {
		if x.flavour == OpenAI {
			x.fail(http.StatusTooManyRequests, problem{
				kind: "insufficient_quota", code: "billing_hard_limit_reached", message: "Billing hard limit has been reached.",
			})
			return
		}
		x.fail(http.StatusBadRequest, problem{
			kind:    "invalid_request_error",
			message: "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
		})
	}}
}

// OrganizationDisabled answers that the account's organization, or workspace,
// is switched off: with 400, or 402 from ChatGPT.
func OrganizationDisabled() Answer {
	return Answer{write: func(x *exchange) {
		if x.flavour == OpenAI {
			x.replyJSON(http.StatusPaymentRequired, obj{"detail": obj{"code": "deactivated_workspace"}})
			return
		}
		x.fail(http.StatusBadRequest, problem{kind: "invalid_request_error", message: "This organization has been disabled."})
	}}
}

// PlanWithoutModel answers that the account's plan does not have the model.
func PlanWithoutModel() Answer {
	return Answer{write: func(x *exchange) {
		if x.flavour == OpenAI {
			x.replyJSON(http.StatusBadRequest, obj{"detail": "The '" + x.model + "' model is not supported when using Codex with a ChatGPT account."})
			return
		}
		x.fail(http.StatusForbidden, problem{kind: "permission_error", message: "This model is not available with the Claude Pro plan."})
	}}
}

// TooMuchAtOnce answers the 429 of one request: it asks for a long context that
// is not paid for, or for more tokens than a minute allows.
func TooMuchAtOnce() Answer {
	return refuse(http.StatusTooManyRequests,
		problem{kind: "rate_limit_error", message: "Extra usage is required for long context requests."},
		problem{kind: "tokens", code: "rate_limit_exceeded", message: "Request too large for model-1 in organization org-1 on tokens per min (TPM): " +
			"Limit 30000, Requested 41000. The input or output tokens must be reduced in order to run successfully."})
}

// TierUsedUp answers the 429 of a speed tier, "fast" or "flex", whose capacity is
// used up.
func TierUsedUp() Answer {
	return refuse(http.StatusTooManyRequests,
		problem{kind: "rate_limit_error", message: "This request would exceed your organization's rate limit of 0 fast mode input tokens per minute."},
		problem{kind: "resource_unavailable", code: "resource_unavailable", message: "There are not enough resources for flex processing."})
}

// TryAgain answers 408 or 409, and asks to try again.
func TryAgain(status int) Answer {
	return Answer{write: func(x *exchange) {
		x.w.Header().Set("X-Should-Retry", "true")
		x.fail(status, problem{kind: "api_error", message: "The request could not be completed, try again."})
	}}
}
