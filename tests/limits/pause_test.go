package limits_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// openPaused is a world of five accounts, three of which have just met the
// same limit of an hour; the others would serve.
func openPaused(t *testing.T, s settings.Settings) (w *world, until time.Time) {
	t.Helper()
	w = open(t, 5, s)
	until = time.Now().Add(time.Hour)
	w.says = limited(endsAt(until))
	for i := range 3 {
		w.wire.Next(token(i), http.StatusTooManyRequests)
	}
	return w, until
}

// Three accounts meet the same limit: the others are not burnt.
func TestSameLimitPausesThePool(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w, until := openPaused(t, rig.Settings())
		_, err := w.ask(t)
		limited := failsWith[*multiaccount.AllAccountsLimitedError](t, err)
		if !limited.RetryAt.Equal(until) || len(limited.Accounts) != 5 || len(w.wire.Tokens()) != 3 {
			t.Fatalf("%+v after %d requests", limited, len(w.wire.Tokens()))
		}
		if paused := rig.Await[multiaccount.PoolPaused](t, w.events); paused.Reason != "5h" || !paused.Until.Equal(until) {
			t.Errorf("%+v", paused)
		}
		_, err = w.pool.Acquire(t.Context(), multiaccount.Request{Account: w.ids[4]})
		_ = failsWith[*multiaccount.AccountUnavailableError](t, err)
		time.Sleep(20 * time.Second)
		w.mustAsk(t) // the probe
		rig.Await[multiaccount.PoolResumed](t, w.events)
		w.mustAsk(t)
	})
}

// An account that is limited leaves, and the one that takes its place meets the
// same: they are not several, and the rest of the pool is not held back.
func TestLimitsOfWhoLeftPauseNothing(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 1, rig.Settings())
		w.says = limited(endsAt(time.Now().Add(time.Hour)))
		for i := range 3 {
			w.wire.Next(token(i), http.StatusTooManyRequests)
			_, err := w.ask(t)
			_ = failsWith[*multiaccount.AllAccountsLimitedError](t, err)
			rig.Must(t, w.pool.Remove(t.Context(), w.ids[i]))
			w.ids = append(w.ids, rig.Add(t, w.pool, rig.Login(name(i+1))))
		}
		w.mustAsk(t)
	})
}

// It was the organisation's limit: each probe costs an account, the next one
// comes later, and the pause's end is the limit's.
func TestPauseLastsWhileProbesFail(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 30, rig.Settings())
		until := time.Now().Add(time.Hour)
		w.says = limitedBefore(until)
		for time.Now().Before(until) {
			if status, err := w.ask(t); err == nil && status == http.StatusOK {
				t.Fatal("served in the pause")
			}
			time.Sleep(time.Second)
		}
		if n := len(w.wire.Tokens()); n < 4 || n > 15 {
			t.Errorf("%d accounts were asked in an hour", n)
		}
		w.mustAsk(t)
	})
}

// limitedBefore has everything limited until then.
func limitedBefore(until time.Time) func(providers.Answer) account.Verdict {
	return func(a providers.Answer) account.Verdict {
		if !a.Now.Before(until) {
			return account.Verdict{Status: a.Status}
		}
		l := endsAt(until)
		l.SeenAt = a.Now
		return account.Verdict{Class: account.ClassLimited, Status: a.Status, Limits: []account.Limit{l}}
	}
}

// Another process honours the pause, whether it was there or comes later; its
// owner's wish ends it for all.
func TestPauseIsSharedByProcesses(t *testing.T) {
	dir := t.TempDir()
	openHere := func() *world {
		w := &world{told: &told{Provider: rig.NewProvider()}, wire: &rig.Wire{}}
		eng := rig.Open(t, multiaccount.Config{Providers: []providers.Provider{w.told}, Dir: dir})
		w.pool, w.events = rig.Pool(t, eng, rig.Plain), rig.Record(eng)
		w.client = &http.Client{Transport: w.pool.Transport(w.wire)}
		return w
	}
	first := openHere()
	for i := range 5 {
		first.ids = append(first.ids, rig.Add(t, first.pool, rig.Login(name(i))))
	}
	second := openHere()
	first.says = limitedBefore(time.Now().Add(time.Hour))
	_, err := first.ask(t)
	_ = failsWith[*multiaccount.AllAccountsLimitedError](t, err)
	rig.Await[multiaccount.PoolPaused](t, second.events)
	third := openHere()
	for _, w := range []*world{second, third} {
		_, err := w.ask(t)
		if limited := failsWith[*multiaccount.AllAccountsLimitedError](t, err); limited.RetryAt.IsZero() || len(w.wire.Tokens()) != 0 {
			t.Errorf("%+v", limited)
		}
	}
	rig.Must(t, third.pool.ResetCooldown(t.Context(), first.ids[0]))
	rig.Await[multiaccount.PoolResumed](t, first.events)
	rig.Await[multiaccount.PoolResumed](t, second.events)
	second.mustAsk(t)
}

// The owner's wish ends it at once.
func TestResetEndsThePause(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w, _ := openPaused(t, rig.Settings())
		_, err := w.ask(t)
		_ = failsWith[*multiaccount.AllAccountsLimitedError](t, err)
		rig.Must(t, w.pool.ResetCooldown(t.Context(), w.ids[0]))
		rig.Await[multiaccount.PoolResumed](t, w.events)
		w.mustAsk(t)
	})
}
