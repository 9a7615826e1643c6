package multiaccount_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// plainProvider is a provider without a network: its token endpoint is a
// function.
type plainProvider struct {
	name      string
	refresh   func(ctx context.Context, creds account.Credentials) (account.Grant, error)
	refreshes atomic.Int64
}

func (p *plainProvider) Name() string                  { return p.name }
func (p *plainProvider) Owns(u *url.URL) bool          { return u.Host == "provider.test" }
func (p *plainProvider) RefreshTimeout() time.Duration { return 15 * time.Second }

func (p *plainProvider) Authorize(req *http.Request, cred account.Credential) {
	req.Header.Set("Authorization", "Bearer "+cred.Token.Reveal())
}

func (p *plainProvider) Refresh(ctx context.Context, creds account.Credentials) (account.Grant, error) {
	n := p.refreshes.Add(1)
	if p.refresh != nil {
		return p.refresh(ctx, creds)
	}
	return account.Grant{
		AccessToken:  account.NewSecret(fmt.Sprintf("access-%d", n)),
		RefreshToken: account.NewSecret(fmt.Sprintf("refresh-%d", n)),
		ExpiresAt:    time.Now().Add(time.Hour),
	}, nil
}

func (p *plainProvider) Classify(a providers.Answer) account.Verdict {
	v := account.Verdict{Status: a.Status}
	switch {
	case a.Status == http.StatusUnauthorized:
		v.Class = account.ClassUnauthorized
	case a.Status == http.StatusTooManyRequests:
		v.Class = account.ClassLimited
	case a.Status == http.StatusForbidden:
		v.Class = account.ClassRevoked
	case a.Status >= http.StatusInternalServerError:
		v.Class = account.ClassServerError
	case a.Status >= http.StatusBadRequest:
		v.Class = account.ClassCaller
	}
	return v
}

// inBubble runs test with a clock of its own. The actor system's dead-letter
// throttle sleeps for a moment after the engine has closed; the bubble waits.
func inBubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		t.Cleanup(func() { time.Sleep(time.Second) })
		test(t)
	})
}

// quiet are settings without background work.
func quiet() settings.Settings {
	s := settings.Default()
	s.ProactiveRefresh = false
	s.UsagePollInterval = 0
	return s
}

// open starts an engine that the test's end closes.
func open(tb testing.TB, c multiaccount.Config) *multiaccount.Engine {
	tb.Helper()
	eng, err := multiaccount.Open(context.Background(), c)
	if err != nil {
		tb.Fatalf("Open: %v", err)
	}
	tb.Cleanup(func() { closeEngine(tb, eng) })
	return eng
}

func closeEngine(tb testing.TB, eng *multiaccount.Engine) {
	tb.Helper()
	if err := eng.Close(context.Background()); err != nil {
		tb.Errorf("Close: %v", err)
	}
}

// openPlain starts an engine with one plain provider, in memory.
func openPlain(tb testing.TB, p *plainProvider, s settings.Settings) (*multiaccount.Engine, *multiaccount.Pool) {
	tb.Helper()
	if p.name == "" {
		p.name = "plain"
	}
	eng := open(tb, multiaccount.Config{
		Providers: []providers.Provider{p}, Settings: s, Store: persistence.NewMemory(),
	})
	return eng, poolOf(tb, eng, p.name)
}

func poolOf(tb testing.TB, eng *multiaccount.Engine, name string) *multiaccount.Pool {
	tb.Helper()
	pool, err := eng.Pool(name)
	if err != nil {
		tb.Fatalf("Pool(%q): %v", name, err)
	}
	return pool
}

// add stores an account with a token that is good for an hour.
func add(tb testing.TB, pool *multiaccount.Pool, name string, more ...func(*multiaccount.NewAccount)) string {
	tb.Helper()
	a := multiaccount.NewAccount{
		Label: name, Subject: name, AccessToken: "access-" + name, RefreshToken: "refresh-" + name,
		ExpiresAt: time.Now().Add(time.Hour),
	}
	for _, change := range more {
		change(&a)
	}
	id, err := pool.Add(context.Background(), a)
	if err != nil {
		tb.Fatalf("Add(%s): %v", name, err)
	}
	return id
}

func expired(a *multiaccount.NewAccount) { a.ExpiresAt = time.Now().Add(-time.Hour) }

func acquire(tb testing.TB, pool *multiaccount.Pool, r multiaccount.Request) *multiaccount.Lease {
	tb.Helper()
	lease, err := pool.Acquire(context.Background(), r)
	if err != nil {
		tb.Fatalf("Acquire: %v", err)
	}
	return lease
}

func statusOf(tb testing.TB, pool *multiaccount.Pool, id string) multiaccount.AccountStatus {
	tb.Helper()
	all, err := pool.Accounts(context.Background())
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
