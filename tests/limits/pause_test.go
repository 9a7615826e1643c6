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

// Three accounts meet the same limit, which is told; the others, which have met
// nothing, serve, and so end the pause.
func TestSharedLimitIsToldAndRefusesNobody(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w, until := openPaused(t, rig.Settings())
		w.mustAsk(t)
		if n := len(w.wire.Tokens()); n != 4 {
			t.Errorf("%d accounts were asked", n)
		}
		if paused := rig.Await[multiaccount.PoolPaused](t, w.events); paused.Reason != "5h" || !paused.Until.Equal(until) {
			t.Errorf("%+v", paused)
		}
		lease, err := w.pool.Acquire(t.Context(), multiaccount.Request{Account: w.ids[4]})
		rig.Must(t, err)
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
		rig.Await[multiaccount.PoolResumed](t, w.events)
	})
}

// Accounts whose own windows end on the same full hour share nothing: nobody
// tells of a pause, and the fresh ones serve.
func TestWindowsThatEndTogetherPauseNothing(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 5, rig.Settings())
		l := endsAt(time.Now().Add(time.Hour))
		l.Window = true
		w.says = limited(l)
		for i := range 3 {
			w.wire.Next(token(i), http.StatusTooManyRequests)
		}
		w.mustAsk(t)
		w.mustAsk(t)
		if n := rig.Count[multiaccount.PoolPaused](w.events); n != 0 || len(w.wire.Tokens()) != 5 {
			t.Errorf("%d pauses, %d requests", n, len(w.wire.Tokens()))
		}
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

// It was the organisation's limit: each account is asked once, and nobody until
// it ends.
func TestEachAccountMeetsASharedLimitOnce(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 30, rig.Settings())
		until := time.Now().Add(time.Hour)
		w.says = limitedBefore(until)
		for i := range w.ids {
			w.wire.Next(token(i), http.StatusTooManyRequests)
		}
		for time.Now().Before(until) {
			if status, err := w.ask(t); err == nil && status == http.StatusOK {
				t.Fatal("served before the limit's end")
			}
			time.Sleep(time.Second)
		}
		if n := len(w.wire.Tokens()); n != 30 {
			t.Errorf("%d requests in an hour", n)
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

// Every process learns of the pause, whether it was there or comes later; its
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
	rig.AwaitNth[multiaccount.AccountCooled](t, second.events, 5) // all is stored
	third := openHere()
	_, err = third.ask(t)
	if limited := failsWith[*multiaccount.AllAccountsLimitedError](t, err); limited.RetryAt.IsZero() || len(third.wire.Tokens()) != 0 {
		t.Errorf("%+v", limited)
	}
	rig.Must(t, third.pool.ResetCooldown(t.Context(), first.ids[0]))
	rig.Await[multiaccount.PoolResumed](t, first.events)
	rig.Await[multiaccount.PoolResumed](t, second.events)
	third.mustAsk(t)
}
