package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/tui"
)

// entry is an account as the commands print it. Its JSON names are stable.
type entry struct {
	Provider      string             `json:"provider"`
	ID            string             `json:"id"`
	Label         string             `json:"label"`
	Email         string             `json:"email"`
	Plan          string             `json:"plan"`
	Kind          account.Kind       `json:"kind,omitempty"`
	State         multiaccount.State `json:"state"`
	Reason        string             `json:"reason"`
	Enabled       bool               `json:"enabled"`
	Active        bool               `json:"active"`
	Claimed       bool               `json:"claimed"`
	Pinned        bool               `json:"pinned"`
	UsedBy        []int              `json:"used_by,omitempty"`
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
	Usage         []quota            `json:"usage"`

	pool   *multiaccount.Pool
	status multiaccount.AccountStatus
}

// quota is one of an account's quota windows.
type quota struct {
	Name        string    `json:"name"`
	Utilization float64   `json:"utilization_percent"`
	ResetAt     time.Time `json:"reset_at,omitzero"`
	SeenAt      time.Time `json:"seen_at,omitzero"`
}

// name is what a person calls the account, fit to be printed.
func (e *entry) name() string { return tui.Clean(cmp.Or(e.Label, e.ID)) }

// needsOwner reports whether nobody but its owner can bring the account back.
func (e *entry) needsOwner() bool {
	switch e.State {
	case multiaccount.StateReauth, multiaccount.StateLoginLost, multiaccount.StateQuarantined:
		return true
	case multiaccount.StateReady, multiaccount.StateBusy, multiaccount.StateCooling, multiaccount.StateDisabled:
	}
	return false
}

// shown is the entry as a person reads it. What the commands print as JSON is
// as it is stored.
func (e *entry) shown() *entry {
	clean := *e
	for _, text := range []*string{&clean.Provider, &clean.ID, &clean.Label, &clean.Email, &clean.Plan, &clean.Reason, &clean.LinkedTo} {
		*text = tui.Clean(*text)
	}
	clean.Usage = slices.Clone(e.Usage)
	for i := range clean.Usage {
		clean.Usage[i].Name = tui.Clean(clean.Usage[i].Name)
	}
	return &clean
}

// entries returns the accounts of one provider, of all without a name.
func (o *session) entries(ctx context.Context, provider string) ([]entry, error) {
	if provider != "" {
		if _, _, err := o.provider(provider); err != nil {
			return nil, err
		}
	}
	all := []entry{}
	for _, p := range o.providers {
		if provider != "" && p.Name() != provider {
			continue
		}
		some, err := o.entriesOf(ctx, p.Name())
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (o *session) entriesOf(ctx context.Context, provider string) ([]entry, error) {
	_, pool, err := o.provider(provider)
	if err != nil {
		return nil, err
	}
	accounts, err := pool.Accounts(ctx)
	if err != nil || len(accounts) == 0 {
		return nil, err
	}
	stored, err := o.store.Load(ctx, provider)
	if err != nil {
		return nil, err
	}
	claimants := o.claimants(provider)
	all := make([]entry, len(accounts))
	for i := range accounts {
		all[i] = entryOf(provider, &accounts[i], stored.Pool.Active)
		all[i].UsedBy = claimants[accounts[i].ID]
		all[i].pool, all[i].status = pool, accounts[i]
	}
	return all, nil
}

// claimants are the other processes that use an account, by its id.
func (o *session) claimants(provider string) map[string][]int {
	if files, ok := o.store.(*persistence.FileStore); ok {
		return files.Claimants(provider)
	}
	return nil
}

func entryOf(provider string, a *multiaccount.AccountStatus, active string) entry {
	e := entry{
		Provider: provider, ID: a.ID, Label: a.Label, Email: a.Email, Plan: a.Plan, Kind: a.Kind, State: a.State, Reason: a.Reason,
		Enabled: a.Enabled, Active: a.ID != "" && a.ID == active, Claimed: a.Claimed, Pinned: a.Pinned, CooldownUntil: a.CooldownUntil, ExpiresAt: a.ExpiresAt,
		LastUsedAt: a.LastUsedAt, Generation: a.Generation, LinkedTo: a.LinkedTo, Failures: a.Failures,
		Weight: a.Weight, Priority: a.Priority, MaxInFlight: a.MaxInFlight, SoftQuota: a.SoftQuotaPercent, Usage: []quota{},
	}
	for _, w := range a.Usage {
		e.Usage = append(e.Usage, quota{w.Name, w.Utilization, w.ResetAt, w.SeenAt})
	}
	return e
}
