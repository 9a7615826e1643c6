package openai

import (
	"cmp"
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// UsagePaths returns the paths at which Codex asks how much of a plan is used: the
// first two below an address with "/backend-api", the last below any other.
func (p *Provider) UsagePaths() []string {
	return []string{"/wham/usage", "/backend-api/wham/usage", "/api/codex/usage"}
}

// toldUsage is the answer as Codex reads it.
type toldUsage struct {
	Plan       string     `json:"plan_type"`
	Limits     toldLimits `json:"rate_limit"`
	Additional []toldMore `json:"additional_rate_limits"`
}

type toldLimits struct {
	Allowed   bool        `json:"allowed"`
	Reached   bool        `json:"limit_reached"`
	Primary   *toldWindow `json:"primary_window"`
	Secondary *toldWindow `json:"secondary_window"`
}

// toldMore are the limits of some models.
type toldMore struct {
	Name   string     `json:"limit_name"`
	Metric string     `json:"metered_feature"`
	Limits toldLimits `json:"rate_limit"`
}

// toldWindow has whole numbers alone: Codex reads no others.
type toldWindow struct {
	Used       int   `json:"used_percent"`
	Length     int64 `json:"limit_window_seconds"`
	ResetAfter int64 `json:"reset_after_seconds"`
	ResetAt    int64 `json:"reset_at"`
}

// TellUsage writes what [Provider.Usage] reads. Codex shows two windows; others, and
// those without a length, are left out.
func (p *Provider) TellUsage(u providers.PoolUsage) []byte {
	body := toldUsage{Plan: cmp.Or(planName(u.Plan), "unknown"), Limits: toldLimits{Allowed: !u.Limited, Reached: u.Limited}, Additional: []toldMore{}}
	for i := range u.Windows {
		w := &u.Windows[i]
		family := ""
		if w.Partial {
			family = strings.TrimSuffix(w.Name, " "+answer.WindowName("", w.Length, ""))
		}
		body.limitsOf(family).add(w, u.Now)
	}
	text, _ := json.Marshal(body) // numbers and texts can be written
	return text
}

// limitsOf returns the limits of a family of models; empty means the plan's own.
func (b *toldUsage) limitsOf(family string) *toldLimits {
	if family == "" {
		return &b.Limits
	}
	for i := range b.Additional {
		if b.Additional[i].Name == family {
			return &b.Additional[i].Limits
		}
	}
	metric := strings.ToLower(strings.ReplaceAll(family, " ", "_"))
	b.Additional = append(b.Additional, toldMore{Name: family, Metric: metric, Limits: toldLimits{Allowed: true}})
	return &b.Additional[len(b.Additional)-1].Limits
}

// add gives a window its place: the shorter one is the first.
func (l *toldLimits) add(w *account.UsageWindow, now time.Time) {
	if w.Length == 0 {
		return
	}
	t := &toldWindow{Used: int(math.Round(w.Utilization)), Length: int64(w.Length / time.Second)}
	if !w.ResetAt.IsZero() {
		t.ResetAt, t.ResetAfter = w.ResetAt.Unix(), max(0, int64(w.ResetAt.Sub(now)/time.Second))
	}
	switch {
	case l.Primary == nil:
		l.Primary = t
	case t.Length < l.Primary.Length:
		l.Primary, l.Secondary = t, l.Primary
	case l.Secondary == nil || t.Length > l.Secondary.Length:
		l.Secondary = t
	}
}
