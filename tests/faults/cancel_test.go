package faults_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// onePlace is an account that serves one request at a time.
func onePlace(a multiaccount.NewAccount) multiaccount.NewAccount {
	a.MaxInFlight = 1
	return a
}

// A caller that leaves while the account refreshes for it gives its place
// back when the refresh has ended.
func TestCancelledWhileRefreshing(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		p, release := rig.NewProvider(), make(chan struct{})
		p.OnRefresh = func(context.Context, account.Credentials) (account.Grant, error) {
			<-release
			return rig.Grant(1), nil
		}
		_, pool := rig.OpenPlain(t, p, rig.Settings())
		id := rig.Add(t, pool, onePlace(rig.Stale("a")))
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := pool.Acquire(ctx, multiaccount.Request{})
			left <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left: %v", err)
		}
		close(release)
		synctest.Wait()
		lease := acquire(t, pool, multiaccount.Request{})
		if s := rig.Status(t, pool, id); s.InFlight != 1 || s.State != multiaccount.StateBusy {
			t.Errorf("%d in flight, %s", s.InFlight, s.State)
		}
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
		synctest.Wait()
		checkIdle(t, pool)
	})
}

// A place that is given back goes to who waits, and not to who has left.
func TestCancelledWhileWaitingForAPlace(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		s := rig.Settings()
		s.MaxWait = 30 * time.Second
		_, pool := rig.OpenPlain(t, rig.NewProvider(), s)
		rig.Add(t, pool, onePlace(rig.Login("a")))
		first := acquire(t, pool, multiaccount.Request{})
		ctx, cancel := context.WithCancel(t.Context())
		left, stayed := make(chan error, 1), make(chan *multiaccount.Lease, 1)
		go func() {
			_, err := pool.Acquire(ctx, multiaccount.Request{})
			left <- err
		}()
		synctest.Wait()
		go func() { stayed <- acquire(t, pool, multiaccount.Request{}) }()
		synctest.Wait()
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left: %v", err)
		}
		first.Done(multiaccount.Outcome{Status: http.StatusOK})
		(<-stayed).Done(multiaccount.Outcome{Status: http.StatusOK})
		synctest.Wait()
		checkIdle(t, pool)
	})
}

// Requests are cancelled at every point of their way: before the answer, in
// the middle of its body, and without its body being closed by hand. Whoever
// comes after is served.
func TestCancelledInFlight(t *testing.T) {
	w := newPatientWorld(t)
	alice := w.srv.AddAccount(providertest.Account{})
	id := rig.Add(t, w.pool, onePlace(rig.OAuth(alice)))
	client := rig.Client(t, w.pool)
	gate := providertest.NewGate()
	defer gate.Release()
	for name, answer := range map[string]providertest.Answer{
		"before the answer":   providertest.Hang(),
		"at the gate":         providertest.OK().Behind(gate),
		"in the answers body": providertest.PausedBody(gate),
	} {
		t.Run(name, func(t *testing.T) {
			script := alice.Next(answer)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				_, err := rig.Ask(ctx, client, w.srv.URL)
				ended <- err
			}()
			deadline := rig.Deadline(t)
			for script.Left() > 0 && deadline.Err() == nil {
				runtime.Gosched() // until the request has the answer that is meant for it
			}
			rig.Must(t, deadline.Err())
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
			rig.MustAsk(t, client, w.srv.URL)
			if s := rig.Status(t, w.pool, id); s.Failures != 0 || s.State != multiaccount.StateReady {
				t.Errorf("the account is %s with %d failures", s.State, s.Failures)
			}
		})
	}
}

// A crowd of callers with little patience leaves no place taken.
func TestCancelledCrowd(t *testing.T) {
	const callers = 64
	w := newPatientWorld(t)
	for range 2 {
		rig.Add(t, w.pool, onePlace(rig.Expired(w.srv.AddAccount(providertest.Account{}))))
	}
	client := rig.Client(t, w.pool)
	var crowd sync.WaitGroup
	for i := range callers {
		crowd.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if i%3 == 0 {
				cancel() // too late to begin
			}
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.srv.URL+"/v1/messages", strings.NewReader(`{"model":"m","messages":[]}`))
			if err != nil {
				t.Error(err)
				return
			}
			resp, err := client.Do(req)
			switch {
			case err == nil && i%2 == 0: // reads nothing
				_ = resp.Body.Close()
			case err == nil:
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			case !errors.Is(err, context.Canceled):
				t.Errorf("caller %d: %v", i, err)
			}
		})
	}
	crowd.Wait()
	for range 4 {
		rig.MustAsk(t, client, w.srv.URL)
	}
	checkIdle(t, w.pool)
}

// A caller whose context has ended gets no account, whoever may be free.
func TestCancelledBefore(t *testing.T) {
	_, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	rig.Add(t, pool, rig.Login("a"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		if _, err := pool.Acquire(ctx, multiaccount.Request{}); !errors.Is(err, context.Canceled) {
			t.Fatalf("Acquire: %v", err)
		}
	}
	checkIdle(t, pool)
}
