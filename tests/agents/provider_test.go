package agents_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// provider is what the gateway asks, with the accounts work and spare.
type provider interface {
	// limit leaves an account without quota for two hours, revoke has its login or
	// its key refused.
	limit(account string)
	revoke(account string)
	// lastAsked is when it was asked the last time; zero for never.
	lastAsked() time.Time
	// settings lead the gateway to it, accounts are what its pool has, and known
	// what an engine knows it by.
	settings() []byte
	accounts() []multiaccount.NewAccount
	known() []providers.Provider
}

// accountNames are those of the accounts, of which the first is asked first.
func accountNames() []string { return []string{"work", "spare"} }

// away is how long an account has no quota.
const away = 2 * time.Hour

// logins is a provider whose accounts are logins.
type logins struct {
	*providertest.Server
	flavour providertest.Flavour
	owners  map[string]*providertest.AccountHandle
}

func newLogins(t *testing.T, flavour providertest.Flavour, m *mind) *logins {
	t.Helper()
	l := &logins{flavour: flavour, owners: map[string]*providertest.AccountHandle{}}
	l.Server = providertest.New(providertest.Options{Model: func(asked providertest.Asked) providertest.Said {
		return m.answer(request{account: asked.Account.Name(), conversation: conversationOf(asked.Header), body: asked.Body, webSocket: asked.WebSocket})
	}})
	t.Cleanup(l.Close)
	for _, name := range accountNames() {
		l.owners[name] = l.AddAccount(providertest.Account{Flavour: flavour, Name: name, Email: name + "@example.com"})
	}
	return l
}

func (l *logins) limit(account string) {
	if l.flavour == providertest.OpenAI {
		l.owners[account].Next(providertest.Limited(providertest.ResetsIn(away)).Always())
		return
	}
	l.owners[account].Next(providertest.Limited(providertest.RetryAfter(away)).Always())
}

func (l *logins) revoke(account string) { l.owners[account].Revoke() }

func (l *logins) lastAsked() (last time.Time) {
	for _, call := range l.Calls() {
		last = call.At
	}
	return last
}

func (l *logins) settings() []byte { return rig.SettingsOf(l.Server) }

func (l *logins) accounts() (all []multiaccount.NewAccount) {
	for _, name := range accountNames() {
		login := rig.OAuth(l.owners[name])
		login.Label = name
		all = append(all, login)
	}
	return all
}

func (l *logins) known() []providers.Provider { return rig.Providers(l.Server) }
