package providertest

import (
	"net/http"
	"strings"
)

// oauthBeta is the value of anthropic-beta without which Anthropic takes no
// OAuth token.
const oauthBeta = "oauth-2025-04-20"

// authenticated finds out whose credentials came and answers the exchange
// when they are not good: false means that it is answered.
func (x *exchange) authenticated() bool {
	check := x.authAnthropic
	if x.flavour == OpenAI {
		check = x.authOpenAI
	}
	if refusal, refused := check(); refused {
		refusal.give(x)
		return false
	}
	return true
}

func (x *exchange) authAnthropic() (refusal Answer, refused bool) {
	if key := x.r.Header.Get("X-Api-Key"); key != "" {
		return x.judged(x.srv.key(key, Anthropic))
	}
	x.subscription = true
	refusal, refused = x.judged(x.srv.bearer(x.bearer(), Anthropic))
	if !refused && !strings.Contains(strings.Join(x.r.Header.Values("Anthropic-Beta"), ","), oauthBeta) {
		return Answer{write: func(x *exchange) {
			x.fail(http.StatusUnauthorized, problem{kind: "authentication_error", message: "OAuth authentication is currently not supported."})
		}}, true
	}
	return refusal, refused
}

// authOpenAI takes access tokens and, outside ChatGPT's paths, keys. There
// the account's workspace must be named.
func (x *exchange) authOpenAI() (refusal Answer, refused bool) {
	x.subscription = strings.HasPrefix(x.r.URL.Path, "/backend-api/")
	acct, s := x.srv.bearer(x.bearer(), OpenAI)
	if s == unknown && !x.subscription {
		acct, s = x.srv.key(x.bearer(), OpenAI)
	}
	refusal, refused = x.judged(acct, s)
	if !refused && x.subscription && x.r.Header.Get("Chatgpt-Account-Id") != acct.Account().workspace() {
		return Answer{write: func(x *exchange) {
			x.fail(http.StatusUnauthorized, problem{kind: "invalid_request_error", code: "account_mismatch", message: "ChatGPT-Account-Id does not name the token's account."})
		}}, true
	}
	return refusal, refused
}

func (x *exchange) bearer() string {
	token, found := strings.CutPrefix(x.r.Header.Get("Authorization"), "Bearer ")
	if !found {
		return ""
	}
	return token
}

func (x *exchange) judged(acct *AccountHandle, s standing) (refusal Answer, refused bool) {
	x.acct = acct
	return Answer{write: func(x *exchange) { x.unauthorized(s) }}, s != valid
}

// unauthorized answers 401 in the provider's words.
func (x *exchange) unauthorized(s standing) {
	p := problem{kind: "authentication_error", message: anthropicRefusal(s, x.subscription)}
	switch {
	case x.flavour == OpenAI && x.subscription:
		p = codexRefusal(s)
	case x.flavour == OpenAI:
		p = problem{kind: "invalid_request_error", code: "invalid_api_key", message: "Incorrect API key provided."}
	}
	x.fail(http.StatusUnauthorized, p)
}

func anthropicRefusal(s standing, oauth bool) string {
	switch {
	case s == missing:
		return "x-api-key header is required"
	case s == expired:
		return "OAuth token has expired. Please obtain a new token or refresh your existing token."
	case oauth:
		return "Invalid bearer token"
	}
	return "invalid x-api-key"
}

func codexRefusal(s standing) problem {
	switch s {
	case expired:
		return problem{code: "token_expired", message: "Provided authentication token is expired. Please try signing in again."}
	case revoked:
		return problem{code: "token_invalidated", message: "Your authentication token has been invalidated. Please try signing in again."}
	case valid, missing, unknown:
	}
	return problem{code: "invalid_token", message: "Could not parse your authentication token. Please try signing in again."}
}
