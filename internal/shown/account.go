package shown

import (
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
)

// Account is an account. It has no secret.
type Account struct {
	Provider      string             `json:"provider"`
	ID            string             `json:"id"`
	Label         string             `json:"label"`
	Email         string             `json:"email"`
	Plan          string             `json:"plan"`
	Kind          account.Kind       `json:"kind,omitempty"`
	State         multiaccount.State `json:"state"`
	Reason        string             `json:"reason"`
	Enabled       bool               `json:"enabled"`
	Claimed       bool               `json:"claimed"`
	UsedBy        []int              `json:"used_by,omitempty"`
	Active        bool               `json:"active"`
	Pinned        bool               `json:"pinned"`
	CooldownUntil time.Time          `json:"cooldown_until,omitzero"`
	ExpiresAt     time.Time          `json:"expires_at,omitzero"`
	LastUsedAt    time.Time          `json:"last_used_at,omitzero"`
	Generation    uint64             `json:"generation"`
	LinkedTo      string             `json:"linked_to,omitempty"`
	Failures      int                `json:"failures"`
	Weight        int                `json:"weight"`
	Priority      int                `json:"priority"`
	MaxInFlight   int                `json:"max_in_flight"`
	SoftQuota     int                `json:"soft_quota"`
	Usage         []Quota            `json:"usage"`
}

// Quota is one of an account's quota windows.
type Quota struct {
	Name        string    `json:"name"`
	Utilization float64   `json:"utilization_percent"`
	ResetAt     time.Time `json:"reset_at,omitzero"`
	SeenAt      time.Time `json:"seen_at,omitzero"`
}

// AccountOf returns an account of that provider.
func AccountOf(provider string, a *multiaccount.AccountStatus) Account {
	shown := Account{
		Provider: provider, ID: a.ID, Label: a.Label, Email: a.Email, Plan: a.Plan, Kind: a.Kind, State: a.State, Reason: a.Reason,
		Enabled: a.Enabled, Claimed: a.Claimed, UsedBy: a.UsedBy, Active: a.Active, Pinned: a.Pinned, CooldownUntil: a.CooldownUntil, ExpiresAt: a.ExpiresAt,
		LastUsedAt: a.LastUsedAt, Generation: a.Generation, LinkedTo: a.LinkedTo, Failures: a.Failures,
		Weight: a.Weight, Priority: a.Priority, MaxInFlight: a.MaxInFlight, SoftQuota: a.SoftQuotaPercent, Usage: []Quota{},
	}
	for _, w := range a.Usage {
		shown.Usage = append(shown.Usage, Quota{w.Name, w.Utilization, w.ResetAt, w.SeenAt})
	}
	return shown
}

// NeedsOwner reports whether nobody but its owner can bring the account back.
func (a *Account) NeedsOwner() bool {
	switch a.State {
	case multiaccount.StateReauth, multiaccount.StateLoginLost, multiaccount.StateQuarantined:
		return true
	case multiaccount.StateReady, multiaccount.StateBusy, multiaccount.StateCooling, multiaccount.StateDisabled:
	}
	return false
}
