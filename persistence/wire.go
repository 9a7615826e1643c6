package persistence

import (
	"fmt"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// The structs of this file are the format on disk, version 1. They are apart
// from the values the engine works with, so that neither can change the other
// by accident.

type accountWire struct {
	Version      int             `json:"version"`
	ID           string          `json:"id"`
	Provider     string          `json:"provider"`
	Subject      string          `json:"subject,omitempty"`
	Organization string          `json:"organization,omitempty"`
	Email        string          `json:"email,omitempty"`
	Label        string          `json:"label,omitempty"`
	Plan         string          `json:"plan,omitempty"`
	Kind         account.Kind    `json:"kind,omitempty"`
	Lineage      account.Lineage `json:"lineage,omitempty"`
	Origin       *originWire     `json:"origin,omitempty"`
	Credentials  credentialsWire `json:"credentials"`
	Generation   uint64          `json:"generation"`
	Revision     uint64          `json:"revision,omitempty"`
	AddedAt      stamp           `json:"added_at,omitzero"`
	LastUsedAt   stamp           `json:"last_used_at,omitzero"`
	Enabled      bool            `json:"enabled"`
	Weight       int             `json:"weight"`
	Priority     int             `json:"priority"`
	MaxInFlight  int             `json:"max_in_flight"`
	SoftQuota    int             `json:"soft_quota,omitempty"`
	AuthFailures int             `json:"auth_failures,omitempty"`
	Refused      refusedWire     `json:"refused,omitzero"`
	Refusals     refusalsWire    `json:"refusals,omitzero"`
	Fault        *faultWire      `json:"fault,omitempty"`
	Lost         *faultWire      `json:"lost,omitempty"`
	Limits       []limitWire     `json:"limits,omitempty"`
	Freed        []freedWire     `json:"freed,omitempty"`
	Usage        []usageWire     `json:"usage,omitempty"`
	Poll         pollWire        `json:"poll,omitzero"`
}

type credentialsWire struct {
	AccessToken  string   `json:"access_token,omitempty"`
	RefreshToken string   `json:"refresh_token,omitempty"`
	APIKey       string   `json:"api_key,omitempty"`
	ExpiresAt    stamp    `json:"expires_at,omitzero"`
	GrantedAt    stamp    `json:"granted_at,omitzero"`
	Scopes       []string `json:"scopes,omitempty"`
}

type originWire struct {
	Format account.OriginFormat `json:"format"`
	Path   string               `json:"path"`
	Key    string               `json:"key"`
}

type refusedWire struct {
	Generation uint64 `json:"generation"`
	At         stamp  `json:"at"`
}

// IsZero makes omitzero leave out what says nothing.
func (r refusedWire) IsZero() bool { return r.At.IsZero() }

type refusalsWire struct {
	Code  string `json:"code"`
	Count int    `json:"count"`
	Since stamp  `json:"since"`
}

// IsZero makes omitzero leave out what says nothing.
func (r refusalsWire) IsZero() bool { return r.Count == 0 }

type faultWire struct {
	Kind     account.FaultKind `json:"kind"`
	Reason   string            `json:"reason,omitempty"`
	At       stamp             `json:"at,omitzero"`
	Disabled bool              `json:"disabled,omitempty"`
	Terminal bool              `json:"terminal,omitempty"`
}

func faultToWire(f *account.Fault) *faultWire {
	if f == nil {
		return nil
	}
	return &faultWire{Kind: f.Kind, Reason: f.Reason, At: stamp(f.At), Disabled: f.Disabled, Terminal: f.Terminal}
}

func (f *faultWire) fault() *account.Fault {
	if f == nil {
		return nil
	}
	return &account.Fault{Kind: f.Kind, Reason: f.Reason, At: time.Time(f.At), Disabled: f.Disabled, Terminal: f.Terminal}
}

type limitWire struct {
	Scope  account.Scope  `json:"scope"`
	Model  string         `json:"model,omitempty"`
	Source account.Source `json:"source,omitempty"`
	Reason string         `json:"reason,omitempty"`
	SeenAt stamp          `json:"seen_at,omitzero"`
	Until  stamp          `json:"until,omitzero"`
	// What kind of limit it is: see account.Limit.
	Unstated bool `json:"unstated,omitempty"`
	Window   bool `json:"window,omitempty"`
	Owner    bool `json:"owner,omitempty"`
	Paid     bool `json:"paid,omitempty"`
}

type freedWire struct {
	Scope  account.Scope `json:"scope,omitempty"`
	Model  string        `json:"model,omitempty"`
	Reason string        `json:"reason,omitempty"`
	At     stamp         `json:"at,omitzero"`
}

type usageWire struct {
	Name        string  `json:"name"`
	Utilization float64 `json:"utilization"`
	Length      span    `json:"length,omitempty"`
	Soft        bool    `json:"soft,omitempty"`
	Partial     bool    `json:"partial,omitempty"`
	Paid        bool    `json:"paid,omitempty"`
	ResetAt     stamp   `json:"reset_at,omitzero"`
	SeenAt      stamp   `json:"seen_at,omitzero"`
}

type pollWire struct {
	UsageAt   stamp `json:"usage_at,omitzero"`
	ProfileAt stamp `json:"profile_at,omitzero"`
	RetryAt   stamp `json:"retry_at,omitzero"`
}

// IsZero makes omitzero leave out what says nothing.
func (p pollWire) IsZero() bool {
	return p.UsageAt.IsZero() && p.ProfileAt.IsZero() && p.RetryAt.IsZero()
}

type poolWire struct {
	Version    int                    `json:"version"`
	ImportedAt stamp                  `json:"imported_at,omitzero"`
	Active     string                 `json:"active,omitempty"`
	Pinned     string                 `json:"pinned,omitempty"`
	PinnedAt   stamp                  `json:"pinned_at,omitzero"`
	Bindings   map[string]bindingWire `json:"bindings,omitempty"`
	Owned      map[string]bindingWire `json:"owned,omitempty"`
	Limits     []limitWire            `json:"limits,omitempty"`
	Freed      []freedWire            `json:"freed,omitempty"`
	Alerts     map[string]alertWire   `json:"alerts,omitempty"`
}

type alertWire struct {
	Generation uint64 `json:"generation,omitempty"`
	At         stamp  `json:"at,omitzero"`
}

type bindingWire struct {
	Account string `json:"account"`
	UsedAt  stamp  `json:"used_at,omitzero"`
}

// stamp is a moment as RFC 3339 in UTC.
type stamp time.Time

// IsZero makes omitzero leave out a moment that is not known.
func (s stamp) IsZero() bool { return time.Time(s).IsZero() }

// MarshalJSON writes the nearest time that RFC 3339 has four digits for: a token
// that claims to be valid for 10 000 years must still be stored.
func (s stamp) MarshalJSON() ([]byte, error) {
	t := time.Time(s).UTC()
	if t.Year() > 9999 {
		t = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	}
	if t.Year() < 0 {
		t = time.Time{}
	}
	return t.MarshalJSON()
}

// UnmarshalJSON reads RFC 3339 with any offset.
func (s *stamp) UnmarshalJSON(data []byte) error {
	var t time.Time
	if err := t.UnmarshalJSON(data); err != nil {
		return err
	}
	t = t.UTC()
	if t.Year() < 0 || t.Year() > 9999 {
		return fmt.Errorf("the year %d is out of range", t.Year())
	}
	*s = stamp(t)
	return nil
}

// span is a length of time as Go writes it ("5h0m0s").
type span time.Duration

// MarshalText writes the length.
func (s span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (s *span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	*s = span(d)
	return err
}
