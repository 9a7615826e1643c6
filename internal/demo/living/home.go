package living

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers/configured"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
)

// Demo is a fake provider, and the state directory of a gateway that uses it.
// Its methods are not for concurrent use, but for [Demo.Close] while it plays.
type Demo struct {
	srv *providertest.Server
	// actors are the accounts at the provider, by e-mail, and ids those in the pools, by label.
	actors map[string]*providertest.AccountHandle
	ids    map[string]string
	tokens map[string]string
}

// Open starts the provider and fills dir, which has to be empty and is left there.
// The clients are in the file clients.
func Open(ctx context.Context, dir, clients string) (*Demo, error) {
	d := &Demo{
		srv:    providertest.New(providertest.Options{Model: answer, MaxCalls: 1, DeviceInterval: deviceInterval}), //nolint:contextcheck // it lives until it is closed
		actors: map[string]*providertest.AccountHandle{}, ids: map[string]string{}, tokens: map[string]string{},
	}
	if err := d.open(ctx, dir, clients); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *Demo) open(ctx context.Context, dir, clients string) (err error) {
	if err := d.writeSettings(filepath.Join(dir, settings.FileName)); err != nil {
		return err
	}
	if err := d.addAccounts(ctx, dir); err != nil {
		return err
	}
	if err := d.addClients(ctx, clients); err != nil {
		return err
	}
	return d.writePast(ctx, dir)
}

// Token is that of a client whom nobody else uses.
func (d *Demo) Token() string { return d.tokens[user] }

// Close ends the provider.
func (d *Demo) Close() { d.srv.Close() }

// prices are made up, as all of the demo is.
func prices() map[string]settings.Price {
	return map[string]settings.Price{
		"claude-opus-*":   {Input: 5, Output: 25, CacheRead: 0.5, CacheWrite: 6.25},
		"claude-sonnet-*": {Input: 3, Output: 15, CacheRead: 0.3, CacheWrite: 3.75},
		"claude-haiku-*":  {Input: 1, Output: 5, CacheRead: 0.1, CacheWrite: 1.25},
		"gpt-*":           {Input: 2, Output: 12, CacheRead: 0.2, CacheWrite: 2},
	}
}

// writeSettings has the providers be here.
func (d *Demo) writeSettings(path string) error {
	all := map[string]any{acme: map[string]string{"base_url": d.srv.URL + "/v1"}}
	for _, f := range []providertest.Flavour{providertest.Anthropic, providertest.OpenAI} {
		at := d.srv.Endpoints(f)
		all[string(f)] = map[string]string{
			"base_url": at.BaseURL, "token_url": at.TokenURL, "authorize_url": at.AuthorizeURL,
			"device_url": at.DeviceURL, "usage_url": at.UsageURL, "profile_url": at.ProfileURL,
		}
	}
	data, err := json.MarshalIndent(map[string]any{
		"max_wait_ms": 5000, "account_selection_strategy": "hybrid", "currency": "USD", "prices": prices(), "providers": all,
	}, "", "  ")
	if err != nil {
		return err
	}
	return persistence.WriteFile(path, data, false)
}

// addAccounts stores the accounts, as logins and keys would.
func (d *Demo) addAccounts(ctx context.Context, dir string) error {
	s, err := settings.Load(filepath.Join(dir, settings.FileName))
	if err != nil {
		return err
	}
	engine, err := multiaccount.Open(ctx, multiaccount.Config{Dir: dir, Providers: configured.All(s), Settings: quiet(s)})
	if err != nil {
		return err
	}
	for _, r := range cast() {
		if err == nil {
			err = d.add(ctx, engine, r)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	return errors.Join(err, engine.Close(ctx))
}

const closeTime = 5 * time.Second

// quiet leaves refreshes and polls to the gateway's engine.
func quiet(s settings.Settings) settings.Settings {
	s.ProactiveRefresh, s.UsagePollInterval = false, 0
	return s
}

func (d *Demo) add(ctx context.Context, engine *multiaccount.Engine, r role) error {
	actor := d.srv.AddAccount(r.Account)
	d.actors[r.Email] = actor
	if r.fate == absent {
		return nil
	}
	pool, err := engine.Pool(r.provider)
	if err != nil {
		return err
	}
	id, err := pool.Add(ctx, r.account(actor))
	if err != nil {
		return err
	}
	d.ids[labelOf(r)] = id
	switch r.fate {
	case revoked:
		actor.Revoke()
	case switchedOff:
		return pool.SetEnabled(ctx, id, false)
	case serves, absent:
	}
	return nil
}

// account is what a login, or a key, gives the pool.
func (r *role) account(actor *providertest.AccountHandle) multiaccount.NewAccount {
	a := r.pool
	a.Label = r.label
	if r.byKey {
		a.APIKey = actor.APIKey()
		return a
	}
	known := actor.Account()
	a.Email, a.Subject, a.Organization, a.Plan = known.Email, known.Subject, known.Organization, planOf(known)
	a.AccessToken, a.RefreshToken, a.ExpiresAt = actor.AccessToken(), actor.RefreshToken(), actor.ExpiresAt()
	if r.fate == revoked {
		a.ExpiresAt = time.Now()
	}
	return a
}

// planOf is the plan's name as its login tells it.
func planOf(a providertest.Account) string {
	name := map[string]string{"max": "Max", "pro": "Pro", "plus": "Plus"}[a.Plan]
	if a.Flavour == providertest.OpenAI {
		return "ChatGPT " + name
	}
	return "Claude " + name
}

func labelOf(r role) string { return cmp.Or(r.label, r.Email) }

func (d *Demo) addClients(ctx context.Context, path string) error {
	file, err := gateway.OpenClients(path)
	if err != nil {
		return err
	}
	for _, c := range clients() {
		for _, label := range c.accounts {
			c.Accounts = append(c.Accounts, d.ids[label])
		}
		if d.tokens[c.ID], err = file.Add(ctx, c.Client); err != nil {
			return err
		}
	}
	return nil
}
