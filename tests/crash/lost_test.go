package crash_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/crash/traffic"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// lose has a victim die when the provider has spent the account's token.
func (w *world) lose(t *testing.T, id string) {
	t.Helper()
	gate := w.logins[id].HoldExchanges(providertest.AfterSpending)
	v, relay := w.holding(t, id, gate)
	v.Kill()
	gate.Release()
	relay.Drain()
}

// expire has the account's access token be over, for who reads it from now on.
func (w *world) expire(t *testing.T, id string) {
	t.Helper()
	files, err := persistence.OpenFiles(w.dir)
	rig.Must(t, err)
	_, err = files.Update(rig.Deadline(t), persistence.Key{Provider: pool, ID: id}, func(r *account.Record) {
		r.Credentials.ExpiresAt = time.Now().Add(-time.Hour)
	})
	rig.Must(t, errors.Join(err, files.Close()))
}

// hasty opens one more engine on the folder, for which a request of a dead
// process counts as on its way for no longer than timeout.
func (w *world) hasty(t *testing.T, timeout time.Duration) *multiaccount.Pool {
	t.Helper()
	at := rig.Hasty(rig.Providers(w.srv)[0], timeout)
	return rig.Pool(t, rig.Open(t, multiaccount.Config{Dir: w.dir, Providers: []providers.Provider{at}}), pool)
}

// checkReauth checks that an account is lost, and that its caller was told.
func checkReauth(t *testing.T, p *multiaccount.Pool, id string, err error) {
	t.Helper()
	var reauth *multiaccount.ReauthRequiredError
	if !errors.As(err, &reauth) {
		t.Errorf("%v, want *ReauthRequiredError", err)
	}
	if status := rig.Status(t, p, id); status.State != multiaccount.StateLoginLost {
		t.Errorf("account %s is %s: %s", id, status.State, status.Reason)
	}
}

// Many engines want a login that is lost. One of them finds out; the others
// send nothing, and say the same.
func TestManyEnginesOnALostLogin(t *testing.T) {
	const engines = 6
	w := newWorld(t, seedOf(t))
	id := w.ids[0]
	w.lose(t, id)
	var all sync.WaitGroup
	for range engines {
		p := rig.Pool(t, w.open(t), pool)
		for range 2 {
			all.Go(func() { checkReauth(t, p, id, p.Refresh(rig.Deadline(t), id)) })
		}
	}
	all.Wait()
	if s := w.srv.Stats(); s.RefreshTokensSpentTwice != 1 || s.RefreshTokensSpentThrice != 0 {
		t.Errorf("%d tokens sent twice, %d a third time", s.RefreshTokensSpentTwice, s.RefreshTokensSpentThrice)
	}
}

// A process that dies when it tries a lost login once more is the last to try.
func TestKilledInSecondTry(t *testing.T) {
	w := newWorld(t, seedOf(t))
	id := w.ids[0]
	w.lose(t, id)
	w.lose(t, id)
	checkReauth(t, w.survivor, id, w.survivor.Refresh(rig.Deadline(t), id))
	if s := w.srv.Stats(); s.RefreshTokensSpentTwice != 1 || s.RefreshTokensSpentThrice != 0 {
		t.Errorf("%d tokens sent twice, %d a third time", s.RefreshTokensSpentTwice, s.RefreshTokensSpentThrice)
	}
}

// The request of a dead process arrives late. Meanwhile other accounts serve;
// its token is not sent before, and then the login is lost and says so.
func TestRequestInFlightAtDeath(t *testing.T) {
	const timeout = time.Second
	w := newWorld(t, seedOf(t))
	id := w.ids[0]
	w.expire(t, id)
	v, relay := w.start(t, aim{})
	came, release := relay.Hold()
	defer release()
	v.Order(t, "step", traffic.Step{Kind: traffic.Refresh, Account: id})
	<-came
	fresh := w.hasty(t, timeout)
	v.Kill()
	for range 2 * logins {
		lease, err := fresh.Acquire(rig.Deadline(t), multiaccount.Request{})
		rig.Must(t, err)
		if lease.Done(multiaccount.Outcome{Status: 200}); lease.AccountID() == id {
			t.Error("served by the account whose token may be on its way")
		}
	}
	release()
	relay.Drain() // spent, and nobody has the answer
	if n := w.srv.Stats().RefreshTokensSpentTwice; n != 0 {
		t.Errorf("%d tokens were sent again while the request was on its way", n)
	}
	_, err := fresh.Acquire(rig.Deadline(t), multiaccount.Request{Account: id})
	checkReauth(t, fresh, id, err)
	if s := w.srv.Stats(); s.RefreshTokensSpentTwice != 1 {
		t.Errorf("%d tokens sent twice", s.RefreshTokensSpentTwice)
	}
}

// A process that is stopped in a refresh keeps the account's lock. Requests
// move on to other accounts; who wants this one waits until it goes on, and
// nothing is lost.
func TestStoppedInRefresh(t *testing.T) {
	w := newWorld(t, seedOf(t))
	id := w.ids[0]
	w.expire(t, id)
	gate := w.logins[id].HoldExchanges(providertest.BeforeSpending)
	v, _ := w.holding(t, id, gate)
	v.Stop(t)
	p := rig.Pool(t, w.open(t), pool)
	began := time.Now()
	for range 2 * logins {
		lease, err := p.Acquire(rig.Deadline(t), multiaccount.Request{})
		rig.Must(t, err)
		lease.Done(multiaccount.Outcome{Status: 200})
	}
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("requests beside a stopped process took %v", took)
	}
	pinned := make(chan error, 1)
	go func() {
		lease, err := p.Acquire(rig.Deadline(t), multiaccount.Request{Account: id})
		if err == nil {
			lease.Done(multiaccount.Outcome{Status: 200})
		}
		pinned <- err
	}()
	v.Continue(t)
	gate.Release()
	if err := <-pinned; err != nil {
		t.Errorf("who waited for the account got %v", err)
	}
	if s := w.srv.Stats(); s.RefreshTokensSpentTwice != 0 {
		t.Errorf("%d tokens sent twice", s.RefreshTokensSpentTwice)
	}
}
