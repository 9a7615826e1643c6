package main

import (
	"cmp"
	"context"
	"slices"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/shown"
	"github.com/seed-810f1486/multiaccount/tui"
)

// entry is an account as the commands print it. Its JSON names are stable.
type entry struct {
	shown.Account

	pool   *multiaccount.Pool
	status multiaccount.AccountStatus
}

// name is what a person calls the account, fit to be printed.
func (e *entry) name() string { return tui.Clean(cmp.Or(e.Label, e.ID)) }

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
	all := make([]entry, len(accounts))
	for i := range accounts {
		a := &accounts[i]
		a.Active = a.ID != "" && a.ID == stored.Pool.Active // the pick of the process that serves, not of this one
		all[i] = entry{shown.AccountOf(provider, a), pool, *a}
	}
	return all, nil
}
