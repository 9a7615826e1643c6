package admin

import (
	"context"
	"fmt"
	"net/http"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/shown"
	"github.com/seed-810f1486/multiaccount/providers"
)

// accountBody is an account as it is answered.
type accountBody struct {
	shown.Account
	// Kind is there for an account whose file cannot be read, too, and empty.
	Kind       string `json:"kind"`
	NeedsOwner bool   `json:"needs_owner"`
	InFlight   int    `json:"in_flight"`
}

func accountOf(provider string, status *multiaccount.AccountStatus) accountBody {
	a := shown.AccountOf(provider, status)
	return accountBody{Account: a, Kind: string(a.Kind), NeedsOwner: a.NeedsOwner(), InFlight: status.InFlight}
}

// place is an account with its pool and provider.
type place struct {
	accountBody
	pool     *multiaccount.Pool
	provider providers.Provider
}

// accounts returns those of one provider, of all without a name.
func (a *Admin) accounts(ctx context.Context, provider string) ([]place, error) {
	all := []place{}
	err := a.eachPool(provider, func(p providers.Provider, pool *multiaccount.Pool) error {
		some, err := pool.Accounts(ctx)
		for i := range some {
			all = append(all, place{accountOf(p.Name(), &some[i]), pool, p})
		}
		return err
	})
	return all, err
}

// eachPool calls do with the pool of one provider, with all pools without a name. It
// ends at the first error.
func (a *Admin) eachPool(provider string, do func(providers.Provider, *multiaccount.Pool) error) error {
	if provider != "" {
		if _, err := a.config.Engine.Pool(provider); err != nil {
			return err
		}
	}
	for _, p := range a.config.Engine.Providers() {
		if provider != "" && p.Name() != provider {
			continue
		}
		pool, err := a.config.Engine.Pool(p.Name())
		if err != nil {
			return err
		}
		if err := do(p, pool); err != nil {
			return err
		}
	}
	return nil
}

// account returns the account of that id.
func (a *Admin) account(ctx context.Context, id string) (*place, error) {
	all, err := a.accounts(ctx, "")
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == id {
			return &all[i], nil
		}
	}
	return nil, fmt.Errorf("%w: there is no account %q; GET %s/accounts lists them", multiaccount.ErrUnknownAccount, id, Path)
}

// labels are what the accounts are called, by their ids.
func labels(all []place) map[string]string {
	names := make(map[string]string, len(all))
	for i := range all {
		names[all[i].ID] = all[i].Label
	}
	return names
}

func bodies(all []place) []accountBody {
	shown := make([]accountBody, len(all))
	for i := range all {
		shown[i] = all[i].accountBody
	}
	return shown
}

func (a *Admin) listAccounts(w http.ResponseWriter, r *http.Request) error {
	query, err := queryOf(r, "provider")
	if err != nil {
		return err
	}
	all, err := a.accounts(r.Context(), query["provider"])
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, bodies(all))
}

func (a *Admin) getAccount(w http.ResponseWriter, r *http.Request) error {
	return a.sendAccount(w, r, r.PathValue("account"))
}

// sendAccount answers with an account as it is now.
func (a *Admin) sendAccount(w http.ResponseWriter, r *http.Request, id string) error {
	found, err := a.account(r.Context(), id)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, found.accountBody)
}

func (a *Admin) removeAccount(w http.ResponseWriter, r *http.Request) error {
	found, err := a.account(r.Context(), r.PathValue("account"))
	if err != nil {
		return err
	}
	if err := found.pool.Remove(r.Context(), found.ID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
