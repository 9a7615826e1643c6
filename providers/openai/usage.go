package openai

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
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

// rateLimit is the windows of the plan, or of some of its models.
type rateLimit struct {
	Reached   exchange.Told[bool] `json:"limit_reached"`
	Primary   figure              `json:"primary_window"`
	Secondary figure              `json:"secondary_window"`
}

// additional are the further limits of some of the plan's models.
type additional struct {
	Name   exchange.Told[string] `json:"limit_name"`
	Metric exchange.Told[string] `json:"metered_feature"`
	Limits rateLimit             `json:"rate_limit"`
}

// credits are what the account goes on with once a window is used up.
type credits struct {
	Has       bool `json:"has_credits"`
	Unlimited bool `json:"unlimited"`
}

// Usage asks for the plan and for the figures of its windows: "5h" and "7d" on most
// plans, and the windows that some models have of their own. For an API key, which
// has no such figures, and without an endpoint the error is
// [errors.ErrUnsupported]; a refusal is a *[providers.StatusError].
func (p *Provider) Usage(ctx context.Context, cred account.Credential) (providers.Usage, error) {
	if cred.Kind == account.APIKey || p.options.UsageURL == "" {
		return providers.Usage{}, errKey()
	}
	source := exchange.Source{
		Provider: name, URL: p.options.UsageURL, Client: p.client,
		Authorize: func(req *http.Request) { p.Authorize(req, cred) },
	}
	var body usageAnswer
	if err := source.Get(ctx, &body); err != nil {
		return providers.Usage{}, err
	}
	return providers.Usage{Plan: PlanLabel(body.plan()), Windows: body.windows(time.Now().Round(0))}, nil
}

// usageAnswer is the members of the answer, by their names.
type usageAnswer map[string]json.RawMessage

func member[T any](body usageAnswer, name string) (value T) {
	_ = json.Unmarshal(body[name], &value) // what does not fit stays empty
	return value
}

func (body usageAnswer) plan() string { return member[string](body, "plan_type") }

func (body usageAnswer) windows(now time.Time) []account.UsageWindow {
	c := member[credits](body, "credits")
	windows := member[rateLimit](body, "rate_limit").appendTo(nil, "", now)
	for i := range windows {
		w := &windows[i]
		w.Paid = (c.Has || c.Unlimited) && w.Utilization >= exhausted
		w.Soft = w.Soft && !w.Paid
	}
	for _, more := range member[[]additional](body, "additional_rate_limits") {
		windows = more.Limits.appendTo(windows, more.family(), now)
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if family, limits := strings.CutSuffix(name, "_rate_limit"); limits {
			windows = member[rateLimit](body, name).appendTo(windows, answer.Family(family), now)
		}
	}
	return windows
}

// family returns what people call the models that the windows are for.
func (a additional) family() string {
	if name := answer.Family(a.Name.Value); name != "" {
		return name
	}
	if name := answer.Family(familyKey(a.Metric.Value)); name != "" {
		return name
	}
	return "Other"
}

// appendTo adds the windows that something is told about. One of a family of
// models, or one that is used up and that the server says it lets pass, does not
// limit the account.
func (l rateLimit) appendTo(windows []account.UsageWindow, family string, now time.Time) []account.UsageWindow {
	for _, slot := range []struct {
		place string
		figure
	}{{"primary", l.Primary}, {"secondary", l.Secondary}} {
		if !slot.Used.OK {
			continue
		}
		w := slot.window(family, slot.place, now)
		letsPass := l.Reached.OK && !l.Reached.Value
		w.Partial = family != ""
		w.Soft = w.Partial || letsPass && w.Utilization >= exhausted
		if slices.ContainsFunc(windows, func(o account.UsageWindow) bool { return o.Name == w.Name }) {
			w.Name += " " + slot.place
		}
		windows = answer.AppendFigure(windows, w)
	}
	return windows
}

func (f figure) window(family, place string, now time.Time) account.UsageWindow {
	reset := answer.Reset(f.ResetAfter.Value.String(), f.ResetAt.Value.String(), now)
	long := length(f.Length.Value.String(), time.Second)
	return account.UsageWindow{
		Name: answer.WindowName(family, long, place), Utilization: f.Used.Value, Length: long, SeenAt: now,
		ResetAt: answer.Moment(reset, now),
	}
}
