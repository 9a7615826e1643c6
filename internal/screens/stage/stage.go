// Package stage makes a state folder with accounts of a fake provider, for
// pictures of the command and for tests of its screen.
package stage

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
)

// margin keeps countdowns in minutes as they are for as long as it takes to
// look at them.
const margin = 50 * time.Second

// member is an account of the cast.
type member struct {
	id, label, email, plan string
	flavour                providertest.Flavour
	usage                  []account.UsageWindow
	// fit changes the record to what the account is to look like.
	fit func(r *account.Record, now time.Time)
}

func window(name string, percent float64, resets time.Duration) account.UsageWindow {
	return account.UsageWindow{Name: name, Utilization: percent, Length: resets}
}

// cast are the accounts, in their order.
func cast() []member {
	const a, o = providertest.Anthropic, providertest.OpenAI
	limited := func(r *account.Record, now time.Time) {
		until := now.Add(2*time.Hour + 14*time.Minute + margin)
		r.Limits = []account.Limit{{Scope: account.ScopeAccount, Source: account.FromHeader, Reason: "5h", SeenAt: now, Until: until}}
	}
	lost := func(r *account.Record, now time.Time) {
		r.Fault = &account.Fault{Kind: account.FaultReauth, Reason: "the provider refuses the login: invalid_grant", At: now, Disabled: true}
	}
	off := func(r *account.Record, _ time.Time) { r.Enabled = false }
	as := func(*account.Record, time.Time) {}
	day := 24 * time.Hour
	// Countdowns stand in the middle of their units, so that their length stays.
	return []member{
		{"01", "work", "alice@example.com", "Claude Max", a, []account.UsageWindow{window("5h", 62, 100*time.Minute), window("7d", 31, 3*day+4*time.Hour)}, as},
		{"02", "personal", "alice@home.example", "Claude Pro", a, []account.UsageWindow{window("5h", 100, 134*time.Minute), window("7d", 78, 2*day+9*time.Hour)}, limited},
		{"03", "research", "lab@example.com", "Claude Max", a, []account.UsageWindow{window("5h", 8, 252*time.Minute), window("7d", 12, 5*day+6*time.Hour)}, as},
		{"04", "team", "team@example.com", "ChatGPT Plus", o, []account.UsageWindow{window("5h", 41, 200*time.Minute), window("7d", 84, 4*day+7*time.Hour)}, as},
		{"05", "side project", "bob@example.com", "ChatGPT Plus", o, nil, lost},
		{"06", "spare", "spare@example.com", "Free", o, nil, off},
	}
}

// Fill makes a folder of the accounts of srv, with settings that lead there
// and ask nothing by themselves.
func Fill(ctx context.Context, dir string, srv *providertest.Server) error {
	if err := Configure(ctx, dir, srv); err != nil {
		return err
	}
	store, err := persistence.OpenFiles(dir)
	if err != nil {
		return err
	}
	now := time.Now()
	for _, m := range cast() {
		if err := store.Create(ctx, m.record(srv, now)); err != nil {
			return errors.Join(err, store.Close())
		}
	}
	for provider, id := range map[string]string{"anthropic": "01", "openai": "04"} {
		_, err := store.UpdatePool(ctx, provider, func(p *persistence.PoolState) { p.Active = ID(id) })
		if err != nil {
			return errors.Join(err, store.Close())
		}
	}
	return store.Close()
}

// ID is the id of the account of that number, 01 being the first.
func ID(id string) string { return "019abcde-0000-7000-8000-0000000000" + id }

func (m *member) record(srv *providertest.Server, now time.Time) account.Record {
	owner := srv.AddAccount(providertest.Account{Flavour: m.flavour, Email: m.email, Subject: "user-" + m.id, Organization: "org-" + m.id})
	r := account.Record{
		ID: ID(m.id), Provider: string(m.flavour), Subject: "user-" + m.id, Organization: "org-" + m.id, Email: m.email, Label: m.label,
		Plan: m.plan, Kind: account.OAuth, Lineage: account.Owned, Enabled: true, Weight: 1, Generation: 1,
		Credentials: account.Credentials{
			AccessToken: account.NewSecret(owner.AccessToken()), RefreshToken: account.NewSecret(owner.RefreshToken()),
			ExpiresAt: now.Add(7*time.Hour + 58*time.Minute + margin),
		},
		AddedAt: now.Add(-time.Hour), LastUsedAt: now.Add(-35*time.Minute + margin),
	}
	for _, w := range m.usage {
		w.ResetAt, w.SeenAt, w.Length = now.Add(w.Length+margin), now, 0
		r.Usage = append(r.Usage, w)
	}
	m.fit(&r, now)
	return r
}

// Configure writes settings into dir that lead to srv, with comments to keep.
func Configure(ctx context.Context, dir string, srv *providertest.Server) error {
	at := map[string]map[string]string{}
	for _, f := range []providertest.Flavour{providertest.Anthropic, providertest.OpenAI} {
		e := srv.Endpoints(f)
		at[string(f)] = map[string]string{
			"base_url": e.BaseURL, "token_url": e.TokenURL, "authorize_url": e.AuthorizeURL,
			"usage_url": e.UsageURL, "profile_url": e.ProfileURL, "device_url": e.DeviceURL,
		}
	}
	providers, err := json.MarshalIndent(at, "  ", "  ")
	if err != nil {
		return err
	}
	text := "{\n  // nothing is asked for by itself\n  \"usage_poll_interval_seconds\": 0,\n  \"providers\": " + string(providers) + "\n}\n"
	return persistence.EditFile(ctx, filepath.Join(dir, settings.FileName), func([]byte) ([]byte, error) { return []byte(text), nil })
}
