package anthropic

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
)

// Usage asks for the figures of a subscription's windows: "5h", "7d" and, on
// plans that have it, "7d_sonnet". For an API key, which has no such figures,
// and without an endpoint the error is [errors.ErrUnsupported]; a refusal is a *[providers.StatusError].
func (p *Provider) Usage(ctx context.Context, cred account.Credential) (providers.Usage, error) {
	type figure struct {
		Utilization exchange.Told[float64] `json:"utilization"`
		ResetsAt    string                 `json:"resets_at"`
	}
	var body struct {
		FiveHour       figure `json:"five_hour"`
		SevenDay       figure `json:"seven_day"`
		SevenDaySonnet figure `json:"seven_day_sonnet"`
	}
	if err := p.get(ctx, p.options.UsageURL, cred, &body); err != nil {
		return providers.Usage{}, err
	}
	now := time.Now().Round(0)
	var u providers.Usage
	add := func(name string, length time.Duration, soft bool, f figure) {
		if !f.Utilization.OK {
			return
		}
		u.Windows = answer.AppendFigure(u.Windows, account.UsageWindow{
			Name: name, Utilization: f.Utilization.Value, Length: length, SeenAt: now, Soft: soft,
			ResetAt: answer.Moment(f.ResetsAt, now),
		})
	}
	add("5h", session, false, body.FiveHour)
	add("7d", weekly, false, body.SevenDay)
	add("7d_sonnet", weekly, true, body.SevenDaySonnet)
	return u, nil
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
