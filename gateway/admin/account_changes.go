package admin

import (
	"context"
	"net/http"

	"github.com/seed-810f1486/multiaccount"
)

// change makes the handler of one change to one account, which answers with the
// account as it is then.
func (a *Admin) change(do func(ctx context.Context, p *place) error) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		found, err := a.account(r.Context(), r.PathValue("account"))
		if err != nil {
			return err
		}
		if err := do(r.Context(), found); err != nil {
			return err
		}
		return a.sendAccount(w, r, found.ID)
	}
}

func enable(ctx context.Context, p *place) error  { return p.pool.SetEnabled(ctx, p.ID, true) }
func disable(ctx context.Context, p *place) error { return p.pool.SetEnabled(ctx, p.ID, false) }
func pin(ctx context.Context, p *place) error     { return p.pool.Pin(ctx, p.ID) }
func reset(ctx context.Context, p *place) error   { return p.pool.ResetCooldown(ctx, p.ID) }
func refresh(ctx context.Context, p *place) error { return p.pool.Refresh(ctx, p.ID) }
func adopt(ctx context.Context, p *place) error   { return p.pool.Adopt(ctx, p.ID) }

func refreshUsage(ctx context.Context, p *place) error { return p.pool.RefreshUsage(ctx, p.ID) }

// unpin leaves the pin of another account.
func unpin(ctx context.Context, p *place) error {
	if !p.Pinned {
		return nil
	}
	return p.pool.Pin(ctx, "")
}

// accountChange is what can be changed of an account. What is nil stays.
type accountChange struct {
	Label       *string `json:"label"`
	Priority    *int    `json:"priority"`
	Weight      *int    `json:"weight"`
	MaxInFlight *int    `json:"max_in_flight"`
	SoftQuota   *int    `json:"soft_quota"`
}

func (c *accountChange) config() multiaccount.AccountConfig {
	return multiaccount.AccountConfig{Priority: c.Priority, Weight: c.Weight, MaxInFlight: c.MaxInFlight, SoftQuotaPercent: c.SoftQuota}
}

func (a *Admin) changeAccount(w http.ResponseWriter, r *http.Request) error {
	var wanted accountChange
	if err := read(w, r, &wanted); err != nil {
		return err
	}
	return a.change(wanted.apply)(w, r)
}

// apply checks all before it changes anything.
func (c *accountChange) apply(ctx context.Context, p *place) error {
	config := c.config()
	if err := config.Check(); err != nil {
		return err
	}
	if c.Label != nil {
		if err := p.pool.Rename(ctx, p.ID, *c.Label); err != nil {
			return err
		}
	}
	if config == (multiaccount.AccountConfig{}) {
		return nil
	}
	return p.pool.Configure(ctx, p.ID, config)
}
