package admin

import (
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/shown"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
)

// poolBody is a pool as it is answered.
type poolBody struct {
	Provider string `json:"provider"`
	// Strategy is empty when the settings cannot be read.
	Strategy     string         `json:"strategy"`
	Accounts     int            `json:"accounts"`
	Ready        int            `json:"ready"`
	Limited      int            `json:"limited"`
	NeedsOwner   int            `json:"needs_owner"`
	Pinned       string         `json:"pinned,omitempty"`
	RetryAt      time.Time      `json:"retry_at,omitzero"`
	LoginMethods []login.Method `json:"login_methods"`
	APIKeys      bool           `json:"api_keys"`
}

func (a *Admin) listPools(w http.ResponseWriter, r *http.Request) error {
	all, err := a.accounts(r.Context(), "")
	if err != nil {
		return err
	}
	user, _ := a.settings() // wrong settings are told by GET /settings
	pools := []poolBody{}
	for _, p := range a.config.Engine.Providers() {
		body := poolOf(p)
		body.Strategy = string(user.For(p.Name()).AccountSelectionStrategy)
		for i := range all {
			if all[i].Provider == p.Name() {
				body.count(&all[i].Account)
			}
		}
		if body.Ready > 0 {
			body.RetryAt = time.Time{} // there is nothing to wait for
		}
		pools = append(pools, body)
	}
	return send(w, http.StatusOK, pools)
}

func poolOf(p providers.Provider) poolBody {
	methods := login.Methods(p)
	if methods == nil {
		methods = []login.Method{}
	}
	return poolBody{Provider: p.Name(), LoginMethods: methods, APIKeys: true}
}

// count takes an account into the figures.
func (b *poolBody) count(a *shown.Account) {
	b.Accounts++
	switch {
	case a.NeedsOwner():
		b.NeedsOwner++
	case a.State == multiaccount.StateReady:
		b.Ready++
	case a.State == multiaccount.StateCooling:
		b.Limited++
		if until := a.CooldownUntil; !until.IsZero() && (b.RetryAt.IsZero() || until.Before(b.RetryAt)) {
			b.RetryAt = until
		}
	}
	if a.Pinned {
		b.Pinned = a.ID
	}
}
