package actors_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
)

// noticed is within what time a clock that was set is noticed.
const noticed = 16 * time.Second

// tokenEndpoint is a provider whose token endpoint is the test's.
type tokenEndpoint struct {
	*apikey.Provider
	onRefresh func() (account.Grant, error)
	refreshes atomic.Int64
}

func (p *tokenEndpoint) Refresh(context.Context, account.Credentials) (account.Grant, error) {
	p.refreshes.Add(1)
	if p.onRefresh != nil {
		return p.onRefresh()
	}
	return account.Grant{AccessToken: account.NewSecret("new")}, nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// machine has a wall clock that can be set, while timers run on.
type machine struct {
	ahead atomic.Int64
	pool  *actors.Pool
	p     *tokenEndpoint
}

func (m *machine) now() time.Time { return time.Now().Round(0).Add(time.Duration(m.ahead.Load())) }

// set sets the wall clock ahead, or back.
func (m *machine) set(by time.Duration) { m.ahead.Add(int64(by)) }

// onMachine runs test in a bubble, with one account whose token is good for an
// hour by the wall clock.
func onMachine(t *testing.T, c actors.PoolConfig, test func(t *testing.T, m *machine, id string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		t.Cleanup(func() { time.Sleep(time.Second) }) // past protoactor's dead-letter throttle
		m := &machine{p: &tokenEndpoint{Provider: apikey.New(apikey.Options{Name: "plain", BaseURL: "https://provider.test"})}}
		s := actors.NewSystem(zerolog.Nop())
		s.SetWallClock(m.now)
		store := s.SpawnWriter(persistence.NewMemory())
		defer func() {
			must(t, store.Close(context.Background()))
			s.Close()
		}()
		c.Provider, c.Selection.Strategy = m.p, "sticky"
		c.Tuning = policy.Tuning{MinBackoff: time.Minute, DefaultRetryAfter: time.Minute, MaxAuthFailures: 3, RejectedBackoff: time.Minute}
		c.Publish = func(event.Event) {}
		var err error
		m.pool, err = s.OpenPool(t.Context(), store, c)
		must(t, err)
		defer m.pool.Close()
		id, err := m.pool.Add(t.Context(), account.Record{
			Kind: account.OAuth, Lineage: account.Owned, Enabled: true, Weight: 1, Subject: "a",
			Credentials: account.Credentials{
				AccessToken: account.NewSecret("access"), RefreshToken: account.NewSecret("refresh"), ExpiresAt: m.now().Add(time.Hour),
			},
		})
		must(t, err)
		test(t, m, id)
	})
}

// report leases the account and reports an answer of that class.
func (m *machine) report(t *testing.T, class account.Class) {
	t.Helper()
	leased, err := m.pool.Select(t.Context(), messages.NewSelectAccount())
	must(t, err)
	actors.ReportAndWait(t.Context(), leased.Account, &messages.ReportOutcome{
		Generation: leased.Generation, LeasedAt: leased.LeasedAt, Verdict: account.Verdict{Class: class},
	})
}

// waiting starts a request, and returns where it tells how it ended.
func (m *machine) waiting() <-chan error {
	ended := make(chan error, 1)
	go func() {
		_, err := m.pool.Select(context.Background(), messages.NewSelectAccount())
		ended <- err
	}()
	synctest.Wait()
	return ended
}

// within fails the test unless ended tells something within d.
func within(t *testing.T, d time.Duration, ended <-chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(d):
		t.Fatalf("it still waits after %v", d)
		return nil
	}
}

// After a machine has slept, tokens that have ended meanwhile are refreshed
// before anybody asks for them.
func TestTokensEndDuringSleep(t *testing.T) {
	c := actors.PoolConfig{Proactive: &actors.ProactiveConfig{Buffer: 30 * time.Minute, Interval: 5 * time.Minute}}
	onMachine(t, c, func(t *testing.T, m *machine, _ string) {
		time.Sleep(10 * time.Second) // the first look found nothing to do
		m.set(8 * time.Hour)
		time.Sleep(noticed)
		synctest.Wait()
		if n := m.p.refreshes.Load(); n != 1 {
			t.Errorf("%d refreshes within %v of waking up", n, noticed)
		}
	})
}

// A limit that ends while a machine sleeps keeps nobody waiting after it.
func TestLimitsEndDuringSleep(t *testing.T) {
	onMachine(t, actors.PoolConfig{PoolSettings: messages.PoolSettings{MaxWait: 2 * time.Minute}}, func(t *testing.T, m *machine, _ string) {
		m.report(t, account.ClassLimited)
		ended := m.waiting()
		time.Sleep(5 * time.Second) // nothing else is under way any more
		m.set(time.Minute)
		must(t, within(t, noticed, ended))
	})
}

// A clock that is set back by a day makes no limit longer.
func TestLimitsWhenTheClockIsSetBack(t *testing.T) {
	onMachine(t, actors.PoolConfig{}, func(t *testing.T, m *machine, _ string) {
		m.report(t, account.ClassLimited)
		m.set(-24 * time.Hour)
		time.Sleep(time.Minute + noticed)
		if _, err := m.pool.Select(t.Context(), messages.NewSelectAccount()); err != nil {
			t.Errorf("a limit of a minute still holds: %v", err)
		}
	})
}

// Nor does it let anybody wait longer for one.
func TestWaitersWhenTheClockIsSetBack(t *testing.T) {
	onMachine(t, actors.PoolConfig{PoolSettings: messages.PoolSettings{MaxWait: 2 * time.Minute}}, func(t *testing.T, m *machine, _ string) {
		m.report(t, account.ClassLimited)
		ended := m.waiting()
		time.Sleep(5 * time.Second) // nothing else is under way any more
		m.set(-24 * time.Hour)
		must(t, within(t, time.Minute+noticed, ended))
	})
}

// Nor does it put off the next try of a refresh that failed.
func TestRefreshesWhenTheClockIsSetBack(t *testing.T) {
	onMachine(t, actors.PoolConfig{}, func(t *testing.T, m *machine, id string) {
		m.p.onRefresh = func() (account.Grant, error) {
			if m.p.refreshes.Load() == 1 {
				return account.Grant{}, errors.New("down")
			}
			return account.Grant{AccessToken: account.NewSecret("new")}, nil
		}
		m.set(2 * time.Hour) // the token has ended
		time.Sleep(noticed)
		if _, err := m.pool.Select(t.Context(), messages.NewSelectAccount()); err == nil {
			t.Fatal("served with a token that has ended")
		}
		m.set(-30 * time.Minute) // and it still has
		time.Sleep(5*time.Second + noticed)
		pinned := messages.NewSelectAccount()
		pinned.Pin = id
		if _, err := m.pool.Select(t.Context(), pinned); err != nil {
			t.Errorf("the refresh is not tried again: %v", err)
		}
	})
}

// Looks ahead of time go on as well.
func TestProactiveRefreshWhenTheClockIsSetBack(t *testing.T) {
	c := actors.PoolConfig{Proactive: &actors.ProactiveConfig{Buffer: 30 * time.Minute, Interval: 5 * time.Minute}}
	onMachine(t, c, func(t *testing.T, m *machine, _ string) {
		m.p.onRefresh = func() (account.Grant, error) {
			return account.Grant{AccessToken: account.NewSecret("new"), ExpiresAt: m.now().Add(20 * time.Minute)}, nil
		}
		m.set(24 * time.Hour)
		time.Sleep(noticed)
		before := m.p.refreshes.Load()
		m.set(-24 * time.Hour)
		time.Sleep(26 * time.Hour)
		synctest.Wait()
		if n := m.p.refreshes.Load() - before; n < 2*60/20 {
			t.Errorf("%d refreshes in 26 hours of a token that ends every 20 minutes", n)
		}
	})
}
