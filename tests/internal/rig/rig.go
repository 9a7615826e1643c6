// Package rig is what the black-box suites share: engines that end with their
// test, accounts of the fake provider, a store and a provider that fail on
// demand, and a recorder of events.
package rig

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
)

// Patience is how long a test waits for something that must happen.
const Patience = time.Minute

// Server starts a fake provider that ends with the test.
func Server(tb testing.TB) *providertest.Server {
	tb.Helper()
	srv := providertest.New(providertest.Options{})
	tb.Cleanup(srv.Close)
	return srv
}

// Providers are Anthropic and OpenAI as srv plays them.
func Providers(srv *providertest.Server) []providers.Provider {
	a, o := srv.Endpoints(providertest.Anthropic), srv.Endpoints(providertest.OpenAI)
	return []providers.Provider{
		anthropic.New(anthropic.Options{BaseURL: a.BaseURL, TokenURL: a.TokenURL}),
		openai.New(openai.Options{BaseURL: o.BaseURL, TokenURL: o.TokenURL}),
	}
}

// Settings are the defaults without work in the background and without
// waiting for limits to end.
func Settings() settings.Settings {
	s := settings.Default()
	s.ProactiveRefresh = false
	s.UsagePollInterval = 0
	s.MaxWait = 0
	return s
}

// Open starts an engine that the test's end closes. Settings left zero are
// those of [Settings]; a config without Store gets a folder of the test's own.
func Open(tb testing.TB, c multiaccount.Config) *multiaccount.Engine {
	tb.Helper()
	if c.Settings.IsZero() {
		c.Settings = Settings()
	}
	if c.Store == nil && c.Dir == "" {
		c.Dir = tb.TempDir()
	}
	eng, err := multiaccount.Open(context.Background(), c)
	if err != nil {
		tb.Fatalf("Open: %v", err)
	}
	tb.Cleanup(func() { Close(tb, eng) })
	return eng
}

// Close closes an engine, which must work. Closing twice is harmless.
func Close(tb testing.TB, eng *multiaccount.Engine) {
	tb.Helper()
	if err := eng.Close(context.Background()); err != nil {
		tb.Errorf("Close: %v", err)
	}
}

// Pool returns an engine's pool.
func Pool(tb testing.TB, eng *multiaccount.Engine, name string) *multiaccount.Pool {
	tb.Helper()
	pool, err := eng.Pool(name)
	if err != nil {
		tb.Fatalf("Pool(%q): %v", name, err)
	}
	return pool
}

// OAuth is an account with the login that h has now.
func OAuth(h *providertest.AccountHandle) multiaccount.NewAccount {
	a := h.Account()
	return multiaccount.NewAccount{
		Email: a.Email, Subject: a.Subject, Organization: a.Organization,
		AccessToken: h.AccessToken(), RefreshToken: h.RefreshToken(), ExpiresAt: h.ExpiresAt(),
	}
}

// Expired is an account whose access token has ended, as far as it knows.
func Expired(h *providertest.AccountHandle) multiaccount.NewAccount {
	a := OAuth(h)
	a.ExpiresAt = time.Now().Add(-time.Minute)
	return a
}

// Key is an account with the API key that h has now.
func Key(h *providertest.AccountHandle) multiaccount.NewAccount {
	return multiaccount.NewAccount{Email: h.Account().Email, APIKey: h.APIKey()}
}

// Add adds an account and returns its id.
func Add(tb testing.TB, pool *multiaccount.Pool, a multiaccount.NewAccount) string {
	tb.Helper()
	id, err := pool.Add(tb.Context(), a)
	if err != nil {
		tb.Fatalf("Add(%s): %v", a.Email, err)
	}
	return id
}

// Status returns how an account stands.
func Status(tb testing.TB, pool *multiaccount.Pool, id string) multiaccount.AccountStatus {
	tb.Helper()
	all, err := pool.Accounts(tb.Context())
	if err != nil {
		tb.Fatalf("Accounts: %v", err)
	}
	for _, a := range all {
		if a.ID == id {
			return a
		}
	}
	tb.Fatalf("no account %s among %d", id, len(all))
	return multiaccount.AccountStatus{}
}

// Client returns a client of a pool. Its connections are the test's own and
// end with it.
func Client(tb testing.TB, pool *multiaccount.Pool) *http.Client {
	tb.Helper()
	base := &http.Transport{MaxIdleConnsPerHost: 64}
	tb.Cleanup(base.CloseIdleConnections)
	return &http.Client{Transport: pool.Transport(base)}
}

// Deadline returns a context that ends the test's wait when what it waits for
// does not happen.
func Deadline(tb testing.TB) context.Context {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), Patience)
	tb.Cleanup(cancel)
	return ctx
}

// Must ends the test when err is not nil.
func Must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
