package limits_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// limited is what a 429 with these limits means; other answers are successes.
func limited(limits ...account.Limit) func(providers.Answer) account.Verdict {
	return func(a providers.Answer) account.Verdict {
		if a.Status != http.StatusTooManyRequests {
			return account.Verdict{Status: a.Status}
		}
		seen := slices.Clone(limits)
		for i := range seen {
			seen[i].SeenAt = a.Now
		}
		return account.Verdict{Class: account.ClassLimited, Status: a.Status, Limits: seen}
	}
}

// What would cost the owner money is said, and not spent.
func TestPaidOverageIsBlocked(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 2, rig.Settings())
		until := time.Now().Add(24 * time.Hour)
		w.says = limited(account.Limit{Scope: account.ScopeAccount, Reason: "overage", Until: until, Paid: true})
		w.wire.Next(token(0), http.StatusTooManyRequests)
		w.mustAsk(t)
		blocked := rig.Await[multiaccount.OverageBlocked](t, w.events)
		if blocked.AccountID != w.ids[0] || blocked.Reason != "overage" || !blocked.Until.Equal(until) {
			t.Errorf("%+v", blocked)
		}
		if s := rig.Status(t, w.pool, w.ids[0]); s.State != multiaccount.StateCooling || !strings.Contains(s.Reason, "would cost money") {
			t.Errorf("state %s: %s", s.State, s.Reason)
		}
	})
}

// The owner's wish ends the limits of single models as well.
func TestResetEndsModelLimits(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 1, rig.Settings())
		w.says = limited(account.Limit{Scope: account.ScopeModel, Model: "large", Reason: "7d_large", Until: time.Now().Add(time.Hour)})
		lease, err := w.pool.Acquire(t.Context(), multiaccount.Request{Model: "large"})
		rig.Must(t, err)
		lease.Done(multiaccount.Outcome{Status: http.StatusTooManyRequests, Header: http.Header{}})
		rig.Await[multiaccount.AccountCooled](t, w.events)
		_, err = w.pool.Acquire(t.Context(), multiaccount.Request{Model: "large"})
		_ = failsWith[*multiaccount.AllAccountsLimitedError](t, err)
		rig.Must(t, w.pool.ResetCooldown(t.Context(), w.ids[0]))
		lease, err = w.pool.Acquire(t.Context(), multiaccount.Request{Model: "large"})
		rig.Must(t, err)
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	})
}

// challenged has a 403 mean that a firewall challenges.
func challenged(a providers.Answer) account.Verdict {
	v := account.Verdict{Status: a.Status}
	if a.Status == http.StatusForbidden {
		v.Class = account.ClassChallenge
	}
	return v
}

// Nobody said when the only account's limit ends. Of those that wait, one is
// sent to see; the others go when it has come back.
func TestCooldownWithoutAnEndIsProbed(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		s := patient()
		s.MaxWait = 50 * time.Second
		w := open(t, 1, s)
		w.wire.Next(token(0), http.StatusTooManyRequests)
		began := time.Now()
		if served := w.together(t, 5); served != 5 {
			t.Errorf("%d of 5 were served", served)
		}
		if took := time.Since(began); took < 2500*time.Millisecond || took > 3750*time.Millisecond {
			t.Errorf("the limit of five seconds was probed after %v", took)
		}
	})
}

// A probe that finds the limit in force renews it, for twice as long.
func TestProbeThatIsLimitedRenews(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 1, rig.Settings())
		w.wire.Next(token(0), http.StatusTooManyRequests, http.StatusTooManyRequests)
		_, err := w.ask(t)
		limited := failsWith[*multiaccount.AllAccountsLimitedError](t, err)
		time.Sleep(time.Until(limited.RetryAt))
		probed := time.Now()
		_, err = w.ask(t)
		again := failsWith[*multiaccount.AllAccountsLimitedError](t, err)
		if wait := again.RetryAt.Sub(probed); wait < 5*time.Second || wait > 7500*time.Millisecond {
			t.Errorf("the next probe goes after %v", wait)
		}
		if n := len(w.wire.Tokens()); n != 2 {
			t.Errorf("%d requests", n)
		}
		if s := rig.Status(t, w.pool, w.ids[0]); !s.CooldownUntil.Equal(probed.Add(10 * time.Second)) {
			t.Errorf("it cools until %v, probed at %v", s.CooldownUntil, probed)
		}
	})
}

// endsAt is a limit of an account whose end was stated.
func endsAt(until time.Time) account.Limit {
	return account.Limit{Scope: account.ScopeAccount, Reason: "5h", Until: until}
}
