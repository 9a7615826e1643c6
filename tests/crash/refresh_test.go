package crash_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/crash/traffic"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// Each step of a refresh has its own outcome: the login is lost only between
// the provider's spending the token and the write of its successor. The first
// write of a refresh is the intent, the second the new login.
func TestKilledInRefresh(t *testing.T) {
	const times = 5
	before, after := providertest.BeforeSpending, providertest.AfterSpending
	w := newWorld(t, seedOf(t))
	for _, step := range []struct {
		failpoint string
		gate      *providertest.Point
		lost      bool
	}{
		{failpoint: "refresh.locked"},
		{failpoint: "store.written:1"},
		{failpoint: "store.synced:1"},
		{failpoint: "store.renamed:1"},
		{failpoint: "refresh.intended"},
		{gate: &before},
		{gate: &after, lost: true},
		{failpoint: "store.written:2"},
		{failpoint: "store.synced:2"},
		{failpoint: "store.renamed:2"},
		{failpoint: "refresh.ended"},
		{failpoint: "refresh.settled"},
	} {
		for range times {
			w.atRefresh(t, step.failpoint, step.gate, step.lost)
		}
	}
	w.tally.log(t)
	w.checkTidy(t)
}

// atRefresh kills a victim in the refresh of one account.
func (w *world) atRefresh(tb testing.TB, step string, point *providertest.Point, wantLost bool) {
	tb.Helper()
	id := w.ids[w.rng.IntN(len(w.ids))]
	a := aim{failpoint: step, account: id, notes: enoughNotes}
	if point != nil {
		a.gate = w.logins[id].HoldExchanges(*point)
		step = fmt.Sprintf("gate %d", *point)
	}
	lost := w.kill(tb, a, "step", traffic.Step{Kind: traffic.Refresh, Account: id})
	if lost != wantLost {
		tb.Errorf("killed at %s: lost %v, want %v", step, lost, wantLost)
	}
}

// holding starts a victim that refreshes the account and stands at the gate.
func (w *world) holding(t *testing.T, id string, gate *providertest.Gate) (*peer.Process, *peer.Relay) {
	t.Helper()
	v, relay := w.start(t, aim{})
	v.Order(t, "step", traffic.Step{Kind: traffic.Refresh, Account: id})
	rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	return v, relay
}

// A login whose refresh token is gone is used as long as its access token is
// good, and nobody is asked for a new one: not by the survivor, not by a
// process that starts now.
func TestInterruptedLoginIsUsedToItsEnd(t *testing.T) {
	w := newWorldFor(t, seedOf(t), 8*time.Hour)
	id := w.ids[0]
	token := w.logins[id].AccessToken()
	gate := w.logins[id].HoldExchanges(providertest.AfterSpending)
	v, relay := w.holding(t, id, gate)
	v.Kill()
	relay.Drain()
	gate.Release()
	fresh := rig.Pool(t, w.open(t), pool)
	for _, p := range []*multiaccount.Pool{w.survivor, fresh} {
		lease, err := p.Acquire(t.Context(), multiaccount.Request{Account: id})
		rig.Must(t, err)
		if lease.Token() != token {
			t.Error("the account got another token than the one that is good")
		}
		lease.Done(multiaccount.Outcome{Status: 200})
	}
	if n := w.srv.Stats().RefreshTokensSpentTwice; n != 0 {
		t.Errorf("%d tokens spent twice", n)
	}
	err := fresh.Refresh(t.Context(), id)
	var reauth *multiaccount.ReauthRequiredError
	if !errors.As(err, &reauth) || !strings.Contains(reauth.Reason, fmt.Sprintf("process %d", v.ID())) {
		t.Errorf("%v, want *ReauthRequiredError because of process %d", err, v.ID())
	}
	w.checkLost(t, fresh, id, v.ID())
}

// A process that waits for the dead one's token gets one of its own.
func TestWaiterTakesOver(t *testing.T) {
	w := newWorld(t, seedOf(t))
	for _, id := range w.ids {
		gate := w.logins[id].HoldExchanges(providertest.BeforeSpending)
		v, relay := w.holding(t, id, gate)
		got := make(chan error, 1)
		go func() { got <- w.survivor.Refresh(rig.Deadline(t), id) }()
		v.Kill()
		relay.Drain()
		gate.Release()
		if err := <-got; err != nil {
			t.Errorf("account %s: %v", id, err)
		}
	}
	if s := w.srv.Stats(); s.Refreshes != len(w.ids) || s.RefreshTokensSpentTwice != 0 {
		t.Errorf("%d exchanges for %d accounts, %d tokens spent twice", s.Refreshes, len(w.ids), s.RefreshTokensSpentTwice)
	}
}
