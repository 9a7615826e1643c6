package anthropic

import (
	"context"
	"net/http"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
)

var _ providers.KeyChecker = (*Provider)(nil)

// apiVersion is the one that the list of models is asked for.
const apiVersion = "2023-06-01"

// CheckKey implements [providers.KeyChecker]: it asks for the list of models.
func (p *Provider) CheckKey(ctx context.Context, key account.Secret) error {
	source := exchange.Source{
		Provider: name, URL: strings.TrimSuffix(p.options.BaseURL, "/") + "/v1/models?limit=1", Client: p.client,
		Authorize: func(req *http.Request) {
			p.Authorize(req, account.Credential{Kind: account.APIKey, Token: key})
			req.Header.Set("Anthropic-Version", apiVersion)
		},
	}
	return source.CheckKey(ctx, func([]byte) bool { return false })
}

// IssuesKey implements [providers.KeyChecker].
func (p *Provider) IssuesKey(key account.Secret) bool {
	return strings.HasPrefix(key.Reveal(), "sk-ant-")
}
