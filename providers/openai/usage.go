package openai

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
)

// figure is one window of the usage endpoint's answer.
type figure struct {
	Used       exchange.Told[float64]     `json:"used_percent"`
	ResetAfter exchange.Told[json.Number] `json:"reset_after_seconds"`
	ResetAt    exchange.Told[json.Number] `json:"reset_at"`
	Length     exchange.Told[json.Number] `json:"limit_window_seconds"`
}

// Usage asks for the plan and for the figures of its windows, "primary" and
// "secondary". For an API key, which has no such figures, and
// without an endpoint the error is [errors.ErrUnsupported]; a refusal is a *[providers.StatusError].
func (p *Provider) Usage(ctx context.Context, cred account.Credential) (providers.Usage, error) {
	if cred.Kind == account.APIKey || p.options.UsageURL == "" {
		return providers.Usage{}, errKey()
	}
	var body struct {
		Plan   string `json:"plan_type"`
		Limits struct {
			Reached   exchange.Told[bool] `json:"limit_reached"`
			Primary   figure              `json:"primary_window"`
			Secondary figure              `json:"secondary_window"`
		} `json:"rate_limit"`
	}
	source := exchange.Source{
		Provider: name, URL: p.options.UsageURL, Client: p.client,
		Authorize: func(req *http.Request) { p.Authorize(req, cred) },
	}
	if err := source.Get(ctx, &body); err != nil {
		return providers.Usage{}, err
	}
	now := time.Now().Round(0)
	u := providers.Usage{Plan: PlanLabel(body.Plan)}
	u.Windows = body.Limits.Primary.appendTo(u.Windows, "primary", now)
	u.Windows = body.Limits.Secondary.appendTo(u.Windows, "secondary", now)
	for i := range u.Windows {
		u.Windows[i].Soft = body.Limits.Reached.OK && !body.Limits.Reached.Value
	}
	return u, nil
}

// appendTo adds the window, unless nothing was told about it.
func (f figure) appendTo(windows []account.UsageWindow, name string, now time.Time) []account.UsageWindow {
	if !f.Used.OK {
		return windows
	}
	reset := answer.Reset(f.ResetAfter.Value.String(), f.ResetAt.Value.String(), now)
	return answer.AppendFigure(windows, account.UsageWindow{
		Name: name, Utilization: f.Used.Value, SeenAt: now,
		Length:  length(f.Length.Value.String(), time.Second),
		ResetAt: answer.Moment(reset, now),
	})
}
