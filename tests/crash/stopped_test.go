package crash_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/failpoint"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/crash/traffic"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// A process is stopped past the timeout of its refresh. The provider has
// answered meanwhile: the answer lies in the socket when the process goes on,
// and the timer goes off at the same moment. The login is kept.
func TestStoppedPastTheTimeout(t *testing.T) {
	const timeout = time.Second
	w := newWorld(t, seedOf(t))
	at := peer.At(w.srv, w.dir)
	at.RefreshTimeout = timeout
	v := peer.Start(t, victim(t), at, failpoint.Variable+"=")
	v.Ready(t)
	gates := map[string]*providertest.Gate{}
	for _, id := range w.ids {
		gates[id] = w.logins[id].HoldExchanges(providertest.BeforeSpending)
		v.Order(t, "step", traffic.Step{Kind: traffic.Refresh, Account: id})
	}
	for _, gate := range gates { // soon, since the timeouts have begun
		rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	}
	v.Stop(t)
	for _, gate := range gates {
		gate.Release()
	}
	time.Sleep(2 * timeout) // the timer of a stopped process goes on
	v.Continue(t)
	for done := 0; done < len(w.ids); {
		l, alive := v.Next(t)
		if !alive {
			t.Fatal("the process ended")
		}
		if l.Done != nil {
			done++
		}
	}
	if s := w.srv.Stats(); s.Refreshes != len(w.ids) || s.RefreshTokensSpentTwice != 0 {
		t.Errorf("%d exchanges of %d accounts, %d tokens spent twice", s.Refreshes, len(w.ids), s.RefreshTokensSpentTwice)
	}
	for id, rec := range w.load(t) {
		if rec.Credentials.RefreshToken.Reveal() != w.logins[id].RefreshToken() {
			t.Errorf("the login of account %s was lost", id)
		}
	}
	v.Close(t)
}
