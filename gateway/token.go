package gateway

import (
	"net/http"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/wait"
)

// tokensOf returns the tokens that a request carries: as Bearer, in x-api-key as
// Anthropic's clients send it, and in x-goog-api-key as Google's do. Some clients send
// two, one of which belongs to a login of their own.
func tokensOf(h http.Header) []string {
	var tokens []string
	for _, value := range h["Authorization"] {
		if scheme, token, ok := strings.Cut(value, " "); ok && strings.EqualFold(scheme, "bearer") {
			tokens = append(tokens, strings.TrimSpace(token))
		}
	}
	tokens = append(tokens, h["X-Api-Key"]...)
	tokens = append(tokens, h["X-Goog-Api-Key"]...)
	return tokens[:min(len(tokens), maxTokens)]
}

// maxTokens bounds how many tokens of one request are checked.
const maxTokens = 4

// authenticate sets the client, or refuses the request.
func (x *exchange) authenticate() *refusal {
	if query := x.r.URL.Query(); query.Has("key") || query.Has("access_token") || query.Has("api_key") {
		return inAddress()
	}
	tokens := tokensOf(x.r.Header)
	if len(tokens) == 0 {
		return &refusal{kind: wrongToken, message: "this gateway wants a token, and the request has none; send it as \"Authorization: Bearer\" or x-api-key"}
	}
	for _, token := range tokens {
		if client := x.gateway.config.Clients.Client(token); client != nil {
			x.client, x.token = client, token
			if strings.Contains(x.r.URL.RawQuery, token) {
				return inAddress()
			}
			return nil
		}
	}
	_ = wait.For(x.r.Context(), x.gateway.guesses.delay(x.r.RemoteAddr, time.Now()))
	return &refusal{kind: wrongToken, message: "this token is not one of the gateway's; use the one that it was given for this client"}
}

func inAddress() *refusal {
	return &refusal{kind: wrongToken, message: "a token in the address (as ?key=) is not accepted, since addresses end up in logs; send it as \"Authorization: Bearer\" or x-api-key"}
}
