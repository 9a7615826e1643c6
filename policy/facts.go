package policy

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Facts are what selection needs to know of one account. The zero value is an
// account that may not serve. The pool keeps the slices: the caller must not
// write to them any more.
type Facts struct {
	ID string `json:"id"`
	// Kind is how the account proves itself; a request may ask for one kind.
	Kind account.Kind `json:"kind,omitempty"`
	// Eligible is set while the account is switched on and its login works.
	Eligible bool `json:"eligible"`
	// Claimed is set while another process uses the account.
	Claimed bool `json:"claimed,omitempty"`
	// Weight is the account's share with round-robin, 1 to 10 000; 0 means 1.
	Weight int `json:"weight,omitempty"`
	// Priority puts accounts in tiers: a lower tier serves only while no
	// account of a higher one is usable.
	Priority int `json:"priority,omitempty"`
	// MaxInFlight limits the requests at the same time; 0 means no limit.
	MaxInFlight int `json:"max_in_flight,omitempty"`
	// SoftQuotaPercent is the account's own in place of the pool's; 0 for none.
	SoftQuotaPercent float64 `json:"soft_quota_percent,omitempty"`
	// Failures counts the login's failures in a row.
	Failures int `json:"failures,omitempty"`

	LastUsed Instant `json:"last_used,omitzero"`
	// RateLimitedAt is when the account last answered 429.
	RateLimitedAt Instant `json:"rate_limited_at,omitzero"`
	// CoolUntil is the end of the cooldown of the whole account.
	CoolUntil Instant `json:"cool_until,omitzero"`
	// ProbeAt, when before CoolUntil, is when one request may probe whether the
	// account is still limited; zero for none.
	ProbeAt Instant `json:"probe_at,omitzero"`
	// ModelCooldowns limit single models; usually there are none.
	ModelCooldowns []ModelCooldown `json:"model_cooldowns,omitempty"`
	Windows        []Window        `json:"windows,omitempty"`
}

// ModelCooldown keeps an account from serving one model.
type ModelCooldown struct {
	Model string  `json:"model"`
	Until Instant `json:"until,omitzero"`
}

// Window is what is known of one quota window of an account.
type Window struct {
	// Name is the provider's, and tells an account's windows apart.
	Name string `json:"name,omitempty"`
	// Utilization is in percent.
	Utilization float64 `json:"utilization"`
	// ResetAt is when the window starts anew; after that its figures do not
	// count. Zero when not known.
	ResetAt Instant `json:"reset_at,omitzero"`
	// Length is zero when not known.
	Length time.Duration `json:"length,omitzero"`
	// Spared is set by the pool: the window is above the soft quota, or was and
	// has not fallen clearly below it.
	Spared bool `json:"spared,omitempty"`
}

// FactsOf returns what selection needs to know of rec. The record does not say
// whether another process claims the account.
func FactsOf(rec *account.Record, t Tuning) Facts {
	f := Facts{
		ID:               rec.ID,
		Kind:             rec.Kind,
		Eligible:         rec.Eligible(),
		Weight:           rec.Weight,
		Priority:         rec.Priority,
		MaxInFlight:      rec.MaxInFlight,
		SoftQuotaPercent: float64(rec.SoftQuotaPercent),
		Failures:         rec.AuthFailures,
		LastUsed:         At(rec.LastUsedAt),
		Windows:          windowsOf(rec.Usage),
	}
	for _, l := range InEffect(rec.Limits, t) {
		f.addLimit(&l)
	}
	return f
}

// InEffect leaves out the limits that the owner's settings lift.
func InEffect(limits []account.Limit, t Tuning) []account.Limit {
	return without(limits, func(l account.Limit) bool { return l.Paid && t.AllowPaid })
}

// windowsOf leaves out windows that count only some of the requests.
func windowsOf(usage []account.UsageWindow) []Window {
	if len(usage) == 0 {
		return nil
	}
	windows := make([]Window, 0, len(usage))
	for i := range usage {
		if u := &usage[i]; !u.Partial {
			windows = append(windows, Window{Name: u.Name, Utilization: u.Utilization, ResetAt: At(u.ResetAt), Length: u.Length})
		}
	}
	return windows
}

func (f *Facts) addLimit(l *account.Limit) {
	if l.Source != account.FromUsage {
		f.RateLimitedAt = max(f.RateLimitedAt, At(l.SeenAt))
	}
	if l.Scope == account.ScopeModel {
		f.coolModel(l.Model, At(l.Until))
		return
	}
	f.CoolUntil = max(f.CoolUntil, At(l.Until))
}

func (f *Facts) coolModel(model string, until Instant) {
	for i := range f.ModelCooldowns {
		if c := &f.ModelCooldowns[i]; c.Model == model {
			c.Until = max(c.Until, until)
			return
		}
	}
	f.ModelCooldowns = append(f.ModelCooldowns, ModelCooldown{Model: model, Until: until})
}
