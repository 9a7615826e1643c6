package limits_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// unpaid has a 400 mean that the account has no credit, for a model or at all.
func unpaid(model string) func(providers.Answer) account.Verdict {
	return func(a providers.Answer) account.Verdict {
		if a.Status != http.StatusBadRequest {
			return account.Verdict{Status: a.Status}
		}
		l := account.Limit{Scope: account.ScopeAccount, Reason: "no_credit", SeenAt: a.Now, Owner: true}
		if model != "" {
			l.Scope, l.Model = account.ScopeModel, model
		}
		return account.Verdict{Class: account.ClassLimited, Status: a.Status, Limits: []account.Limit{l}}
	}
}

// An account that only its owner can mend is asked now and then, hides no other,
// and its owner is told once.
func TestOwnerIsNeededAndToldOnce(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		s := rig.Settings()
		s.AccountSelectionStrategy = settings.StrategyRoundRobin
		w := open(t, 2, s)
		w.says = unpaid("")
		refusals := make([]int, 100)
		for i := range refusals {
			refusals[i] = http.StatusBadRequest
		}
		w.wire.Next(token(0), refusals...)
		for range 55 {
			w.mustAsk(t)
			time.Sleep(time.Minute)
		}
		asked := 0
		for _, used := range w.wire.Tokens() {
			if used == token(0) {
				asked++
			}
		}
		if asked != 3 { // it rests for 10 minutes, 20, 40
			t.Errorf("asked %d times", asked)
		}
		if told := rig.Await[multiaccount.OwnerNeeded](t, w.events); told.AccountID != w.ids[0] || told.Reason != "no_credit" || told.RetryAt.IsZero() {
			t.Errorf("%+v", told)
		}
		if n := rig.Count[multiaccount.OwnerNeeded](w.events); n != 1 {
			t.Errorf("told %d times", n)
		}
		if s := rig.Status(t, w.pool, w.ids[0]); s.State != multiaccount.StateCooling || !strings.Contains(s.Reason, "its owner has to act") {
			t.Errorf("state %s: %s", s.State, s.Reason)
		}
	})
}

// When every account needs its owner, the caller sees what the provider says of
// it, and then an error that names each.
func TestEveryOwnerIsNeeded(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 2, rig.Settings())
		w.says = unpaid("")
		w.wire.Next(token(0), http.StatusBadRequest)
		w.wire.Next(token(1), http.StatusBadRequest)
		if status, err := w.ask(t); status != http.StatusBadRequest {
			t.Fatalf("status %d, %v", status, err)
		}
		_, err := w.ask(t)
		limited := failsWith[*multiaccount.AllAccountsLimitedError](t, err)
		for _, line := range limited.Accounts {
			if !line.Owner || !strings.Contains(line.Reason, "no_credit") {
				t.Errorf("%+v", line)
			}
		}
	})
}

// A limit that can be waited for is told as one, whatever the status of the
// answer that came last.
func TestOneOwnerIsNeeded(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 2, rig.Settings())
		until := time.Now().Add(time.Hour)
		w.says = func(a providers.Answer) account.Verdict {
			if a.Status == http.StatusTooManyRequests {
				return limited(endsAt(until))(a)
			}
			return unpaid("")(a)
		}
		w.wire.Next(token(0), http.StatusTooManyRequests)
		w.wire.Next(token(1), http.StatusBadRequest)
		_, err := w.ask(t)
		if told := failsWith[*multiaccount.AllAccountsLimitedError](t, err); len(told.Accounts) != 2 || told.Accounts[0].Owner || !told.Accounts[1].Owner {
			t.Errorf("%+v", told)
		}
	})
}

// What would cost money is allowed, and forbidden, while the engine runs.
func TestPaidUseIsAllowedLater(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		s := rig.Settings()
		w := open(t, 1, s)
		w.says = limited(account.Limit{Scope: account.ScopeAccount, Reason: "overage", Until: time.Now().Add(time.Hour), Paid: true})
		w.wire.Next(token(0), http.StatusTooManyRequests)
		_, err := w.ask(t)
		_ = failsWith[*multiaccount.AllAccountsLimitedError](t, err)
		s.AllowPaidUse = true
		rig.Must(t, w.eng.ApplySettings(t.Context(), s))
		if status := rig.Status(t, w.pool, w.ids[0]); status.State != multiaccount.StateReady {
			t.Errorf("allowed, and %s: %s", status.State, status.Reason)
		}
		lease, err := w.pool.Acquire(t.Context(), multiaccount.Request{})
		rig.Must(t, err)
		s.AllowPaidUse = false
		rig.Must(t, w.eng.ApplySettings(t.Context(), s))
		_, err = w.ask(t)
		_ = failsWith[*multiaccount.AllAccountsLimitedError](t, err)
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	})
}

// What an answer meant when it came is what is stored, also when the settings
// have changed before it is.
func TestPaidLimitIsStoredAsItWasMet(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		s, store := rig.Settings(), rig.NewStore(persistence.NewMemory())
		w := openOn(t, store, 1, s)
		w.says = limited(account.Limit{Scope: account.ScopeAccount, Reason: "overage", Until: time.Now().Add(time.Hour), Paid: true})
		w.wire.Next(token(0), http.StatusTooManyRequests)
		allowed := make(chan struct{})
		store.Before(func(rig.Op) error {
			<-allowed
			return nil
		})
		_, err := w.ask(t)
		_ = failsWith[*multiaccount.AllAccountsLimitedError](t, err)
		s.AllowPaidUse = true
		rig.Must(t, w.eng.ApplySettings(t.Context(), s))
		close(allowed)
		synctest.Wait()
		s.AllowPaidUse = false
		rig.Must(t, w.eng.ApplySettings(t.Context(), s))
		_, err = w.ask(t)
		_ = failsWith[*multiaccount.AllAccountsLimitedError](t, err)
	})
}
