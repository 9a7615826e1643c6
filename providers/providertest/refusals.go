package providertest

import (
	"maps"
	"net/http"
)

// problem is an error in the words of one provider.
type problem struct {
	// kind is the error's type, code OpenAI's code.
	kind, code, message string
	// detail are further fields of the error.
	detail obj
}

// refuse is an error that each flavour words in its own way.
func refuse(status int, anthropic, openai problem) Answer {
	return Answer{write: func(x *exchange) {
		if x.flavour == OpenAI {
			x.fail(status, openai)
			return
		}
		x.fail(status, anthropic)
	}}
}

// fail answers with the error envelope of the flavour.
func (x *exchange) fail(status int, p problem) {
	inner := obj{"type": nullable(p.kind), "message": p.message}
	if x.flavour == OpenAI {
		inner["code"], inner["param"] = nullable(p.code), nil
	}
	maps.Copy(inner, p.detail)
	body := obj{"error": inner}
	if x.flavour == Anthropic {
		body["type"], body["request_id"] = "error", "req_"+x.serial()
	}
	x.replyJSON(status, body)
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// Unauthorized answers 401, as for a token that the provider does not know.
func Unauthorized() Answer {
	return Answer{write: func(x *exchange) { x.unauthorized(unknown) }}
}

// Revoked answers 403 with the provider's terminal word that the login is
// gone. It changes nothing about the tokens; [AccountHandle.Revoke] does.
func Revoked() Answer {
	return refuse(http.StatusForbidden,
		problem{kind: "permission_error", message: "OAuth token has been revoked. Please obtain a new token or refresh your existing token."},
		problem{kind: "invalid_request_error", code: "token_revoked", message: "Your authentication token has been revoked. Please sign in again."})
}

// Entitlement answers 403: the plan does not include what was asked for.
func Entitlement() Answer {
	return refuse(http.StatusForbidden,
		problem{kind: "permission_error", message: "Your subscription does not include this feature. Upgrade your plan to use it."},
		problem{kind: "invalid_request_error", code: "feature_not_included", message: "This feature is not included in your plan. Upgrade to use it."})
}

// Verification answers 403: the account's owner must visit a page first.
func Verification(url string) Answer {
	message := "Verify your account to continue: " + url
	return refuse(http.StatusForbidden,
		problem{kind: "permission_error", message: message},
		problem{kind: "invalid_request_error", code: "verification_required", message: message})
}

// OrganizationForbidden answers 403: the organization does not allow it.
func OrganizationForbidden() Answer {
	return refuse(http.StatusForbidden,
		problem{kind: "permission_error", message: "Your organization does not allow this request."},
		problem{kind: "invalid_request_error", code: "organization_restricted", message: "Your organization does not allow this request."})
}

// Forbidden answers 403 for none of the reasons that have a name here.
func Forbidden() Answer {
	return refuse(http.StatusForbidden,
		problem{kind: "permission_error", message: "Your credentials do not have permission to use the specified resource."},
		problem{kind: "request_forbidden", code: "unsupported_country_region_territory", message: "Country, region, or territory not supported"})
}

// Challenge answers 403 with the page of a firewall in front of the provider.
// The page speaks of revoked access, which means nothing for the login.
func Challenge() Answer {
	return Reply(http.StatusForbidden,
		http.Header{
			"Content-Type": {"text/html; charset=UTF-8"},
			"Server":       {"cloudflare"},
			"Cf-Mitigated": {"challenge"},
			"Cf-Ray":       {"8f0000000000f00d-FRA"},
		},
		"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>"+
			"<p>Access from your network has been revoked until you complete the check.</p>"+
			`<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></body></html>`)
}

// BadRequest answers 400, the caller's own fault.
func BadRequest() Answer {
	return refuse(http.StatusBadRequest,
		problem{kind: "invalid_request_error", message: "messages: at least one message is required"},
		problem{kind: "invalid_request_error", code: "invalid_value", message: "Invalid value for 'input'."})
}

// TooLarge answers 413.
func TooLarge() Answer {
	return refuse(http.StatusRequestEntityTooLarge,
		problem{kind: "request_too_large", message: "Request exceeds the maximum size"},
		problem{kind: "invalid_request_error", code: "request_too_large", message: "Request exceeds the maximum size."})
}

// ServerError answers 500.
func ServerError() Answer {
	return refuse(http.StatusInternalServerError,
		problem{kind: "api_error", message: "Internal server error"},
		problem{kind: "server_error", message: "The server had an error while processing your request."})
}

// Unavailable answers 503.
func Unavailable() Answer {
	return refuse(http.StatusServiceUnavailable,
		problem{kind: "api_error", message: "Service unavailable"},
		problem{kind: "server_error", code: "service_unavailable", message: "The service is temporarily unavailable."})
}

// Overloaded answers 529; OpenAI, which does not know that status, answers
// 503 with the code server_is_overloaded.
func Overloaded() Answer {
	return Answer{write: func(x *exchange) {
		if x.flavour == OpenAI {
			x.fail(http.StatusServiceUnavailable, problem{
				kind: "service_unavailable_error", code: "server_is_overloaded", message: "Our servers are currently overloaded.",
			})
			return
		}
		x.fail(statusOverloaded, problem{kind: "overloaded_error", message: "Overloaded"})
	}}
}

const statusOverloaded = 529
