package anthropic

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
)

// Usage asks for the figures of a subscription's windows: "5h", "7d" and those
// of some models only, such as "Sonnet 7d". For an API key, which has no such
// figures, and without an endpoint the error is [errors.ErrUnsupported]; a
// refusal is a *[providers.StatusError].
func (p *Provider) Usage(ctx context.Context, cred account.Credential) (providers.Usage, error) {
	var body usageAnswer
	if err := p.get(ctx, p.options.UsageURL, cred, &body); err != nil {
		return providers.Usage{}, err
	}
	return providers.Usage{Windows: body.windows(time.Now().Round(0))}, nil
}

// Profile asks whose token it is: subject, organization, e-mail and plan. For
// an API key the error is [errors.ErrUnsupported]; a refusal is a
// *[providers.StatusError].
func (p *Provider) Profile(ctx context.Context, cred account.Credential) (account.Grant, error) {
	var body struct {
		Account struct {
			UUID  string              `json:"uuid"`
			Email string              `json:"email"`
			Pro   exchange.Told[bool] `json:"has_claude_pro"`
			Max   exchange.Told[bool] `json:"has_claude_max"`
		} `json:"account"`
		Organization struct {
			UUID string `json:"uuid"`
		} `json:"organization"`
	}
	if err := p.get(ctx, p.options.ProfileURL, cred, &body); err != nil {
		return account.Grant{}, err
	}
	return account.Grant{
		Subject:      body.Account.UUID,
		Organization: body.Organization.UUID,
		Email:        body.Account.Email,
		Plan:         plan(body.Account.Pro, body.Account.Max),
	}, nil
}

func (p *Provider) get(ctx context.Context, endpoint string, cred account.Credential, into any) error {
	if cred.Kind == account.APIKey || endpoint == "" {
		return fmt.Errorf("%s: there is no endpoint to ask about this account: %w", name, errors.ErrUnsupported)
	}
	source := exchange.Source{
		Provider: name, URL: endpoint, Client: p.client,
		Authorize: func(req *http.Request) { p.Authorize(req, cred) },
	}
	return source.Get(ctx, into)
}
