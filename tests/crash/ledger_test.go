package crash_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/tests/crash/traffic"
)

// ledger is what must be stored: everything that was acknowledged. A step that
// had begun when its process died may be stored or not.
type ledger struct {
	accounts map[string]standing
	// begun are the steps under way by account, adding those of Add by label.
	begun  map[string]traffic.Step
	adding map[string]bool
}

// standing is an account as it must be stored.
type standing struct {
	Label   string
	Enabled bool
	Gone    bool
}

func newLedger() *ledger {
	return &ledger{accounts: map[string]standing{}, begun: map[string]traffic.Step{}, adding: map[string]bool{}}
}

// after is what a step makes of the account.
func (s standing) after(step traffic.Step) standing {
	switch step.Kind {
	case traffic.Rename:
		s.Label = step.Label
	case traffic.Switch:
		s.Enabled = step.Enabled
	case traffic.Remove:
		s = standing{Gone: true}
	case traffic.Add:
		s = standing{Label: step.Label, Enabled: true}
	case traffic.Refresh, traffic.Use:
	}
	return s
}

// take writes down what the victim told.
func (l *ledger) take(tb testing.TB, n traffic.Note) {
	tb.Helper()
	if n.Error != "" {
		tb.Errorf("%s of %s failed: %s", n.Step.Kind, n.Step.Account, n.Error)
	}
	if !n.Done {
		l.begin(n.Step)
		return
	}
	delete(l.begun, n.Step.Account)
	delete(l.adding, n.Step.Label)
	if n.Error == "" {
		l.accounts[n.Step.Account] = l.accounts[n.Step.Account].after(n.Step)
	}
}

func (l *ledger) begin(s traffic.Step) {
	if s.Kind == traffic.Add {
		l.adding[s.Label] = true
		return
	}
	l.begun[s.Account] = s
}

// check compares all that is stored with the ledger, which then goes on from
// what is stored. It returns the accounts of steps that may have spent a
// refresh token.
func (l *ledger) check(tb testing.TB, stored map[string]account.Record) (spending []string) {
	tb.Helper()
	for id, want := range l.accounts {
		got := standingOf(stored, id)
		step, begun := l.begun[id]
		if got != want && (!begun || got != want.after(step)) {
			tb.Errorf("account %s is %+v, acknowledged is %+v; begun is %+v", id, got, want, step)
		}
		l.accounts[id] = got
		if got.Gone {
			delete(l.accounts, id)
		}
		if begun && step.Spends() {
			spending = append(spending, id)
		}
	}
	l.takeIn(tb, stored)
	clear(l.begun)
	clear(l.adding)
	slices.Sort(spending)
	return spending
}

// takeIn finds the accounts that were stored without anybody being told.
func (l *ledger) takeIn(tb testing.TB, stored map[string]account.Record) {
	tb.Helper()
	for id, r := range stored {
		if _, known := l.accounts[id]; known {
			continue
		}
		if !l.adding[r.Label] {
			tb.Errorf("account %s (%s) was removed, or never added", id, r.Label)
		}
		l.accounts[id] = standingOf(stored, id)
	}
}

func standingOf(stored map[string]account.Record, id string) standing {
	r, there := stored[id]
	if !there {
		return standing{Gone: true}
	}
	return standing{Label: r.Label, Enabled: r.Enabled}
}

// renamed writes down what the survivor did after the victim's death: a
// victim's label can not come after it any more.
func (l *ledger) renamed(id, label string) {
	l.accounts[id] = standing{Label: label, Enabled: l.accounts[id].Enabled}
	if l.begun[id].Kind == traffic.Rename {
		delete(l.begun, id)
	}
}

// extra returns the accounts beyond the first n that have no login.
func (l *ledger) extra(logins map[string]login, n int) []string {
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(l.accounts)), func(id string) bool { _, is := logins[id]; return is })
	return ids[min(n, len(ids)):]
}
