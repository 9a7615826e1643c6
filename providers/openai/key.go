package openai

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
)

var _ providers.KeyChecker = (*Provider)(nil)

// CheckKey implements [providers.KeyChecker]: it asks for the list of models. A key
// that may not see the list is known all the same: OpenAI answers that with 401
// too, and names the scope.
func (p *Provider) CheckKey(ctx context.Context, key account.Secret) error {
	source := exchange.Source{
		Provider: name, URL: p.modelsURL(), Client: p.client,
		Authorize: func(req *http.Request) {
			p.Authorize(req, account.Credential{Kind: account.APIKey, Token: key})
		},
	}
	return source.CheckKey(ctx, func(body []byte) bool { return bytes.Contains(body, []byte("Missing scopes")) })
}

// modelsURL is the list of models at the place of API keys.
func (p *Provider) modelsURL() string {
	base := p.options.BaseURL
	switch {
	case p.options.Route != nil && p.options.Route.KeyURL != "":
		base = p.options.Route.KeyURL
	case base == DefaultBaseURL || base == APIBaseURL:
		base = APIBaseURL + "/v1"
	}
	return strings.TrimSuffix(base, "/") + "/models"
}

// IssuesKey implements [providers.KeyChecker]. Keys of the old form have a mark in
// their middle.
func (p *Provider) IssuesKey(key account.Secret) bool {
	text := key.Reveal()
	for _, prefix := range []string{"sk-proj-", "sk-svcacct-", "sk-admin-"} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return strings.HasPrefix(text, "sk-") && strings.Contains(text, "T3BlbkFJ")
}
