package limits_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// outage is a provider that is down until it is mended. It counts what reaches it.
type outage struct {
	mu    sync.Mutex
	asked int
	up    bool
	// status is what it answers while it is down.
	status int
}

func (o *outage) RoundTrip(req *http.Request) (*http.Response, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked++
	status := o.status
	if o.up {
		status = http.StatusOK
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}

func (o *outage) mend() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.up = true
}

func (o *outage) requests() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.asked
}

// report makes one request, and reports its outcome as a host does.
func (w *world) report(t *testing.T, status int) {
	t.Helper()
	lease, err := w.pool.Acquire(t.Context(), multiaccount.Request{})
	rig.Must(t, err)
	lease.Done(multiaccount.Outcome{Status: status, Header: http.Header{}})
	synctest.Wait() // Done does not wait until the pool knows
}

func patient() settings.Settings {
	s := rig.Settings()
	s.MaxWait = 30 * time.Second
	return s
}

// openDown is a world whose provider is down.
func openDown(t *testing.T, accounts, status int, s settings.Settings) (*world, *outage) {
	t.Helper()
	w, o := open(t, accounts, s), &outage{status: status}
	w.client = &http.Client{Transport: w.pool.Transport(o)}
	return w, o
}

// together has n callers ask at once, and returns how many were answered 200.
func (w *world) together(t *testing.T, n int) (served int) {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			status, _ := w.ask(t)
			mu.Lock()
			defer mu.Unlock()
			if status == http.StatusOK {
				served++
			}
		})
	}
	all.Wait()
	return served
}

// Thirty agents meet an outage of ten seconds: few requests reach the provider,
// none of the agents sees it, and no account is the worse for it.
func TestOutageIsWaitedFor(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w, o := openDown(t, 3, http.StatusServiceUnavailable, patient())
		time.AfterFunc(10*time.Second, o.mend)
		began := time.Now()
		if served := w.together(t, 30); served != 30 {
			t.Errorf("%d of 30 were served", served)
		}
		if took := time.Since(began); took > 26*time.Second { // a pause of up to 16 s may begin just before the end
			t.Errorf("the last was served after %v", took)
		}
		if n := o.requests(); n > 30+90 { // nine attempts each, without a breaker
			t.Errorf("%d requests reached a provider that was down for most of them", n)
		}
		opened := rig.Await[multiaccount.CircuitOpened](t, w.events)
		if opened.AccountID != "" || opened.Reason == "" {
			t.Errorf("%+v", opened)
		}
		rig.Await[multiaccount.CircuitClosed](t, w.events)
		for _, id := range w.ids {
			if s := rig.Status(t, w.pool, id); s.State != multiaccount.StateReady || s.Failures != 0 {
				t.Errorf("account: %+v", s)
			}
		}
	})
}

// Who cannot wait is told when the provider is tried again, and that moment
// one request goes through.
func TestOutageIsTold(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w, o := openDown(t, 2, http.StatusServiceUnavailable, rig.Settings())
		for o.requests() < 10 {
			if status, err := w.ask(t); status != http.StatusServiceUnavailable {
				t.Fatalf("status %d, %v", status, err)
			}
		}
		_, err := w.ask(t)
		told := failsWith[*multiaccount.ProviderUnavailableError](t, err)
		if told.Provider != rig.Plain || told.Reason == "" || !told.RetryAt.After(time.Now()) || o.requests() != 10 {
			t.Fatalf("%+v after %d requests", told, o.requests())
		}
		o.mend()
		time.Sleep(time.Until(told.RetryAt))
		w.mustAsk(t)
		rig.Await[multiaccount.CircuitClosed](t, w.events)
	})
}

// One flaky answer, or the trouble of one account among several, holds
// nobody back.
func TestFlakyAnswersOpenNothing(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 2, rig.Settings())
		w.wire.Next(token(0), 500, 502, 529, 500, 500, 500, 500, 500, 500, 500, 500, 500)
		w.wire.Next(token(1), 500)
		for range 4 {
			w.mustAsk(t)
		}
		if n := rig.Count[multiaccount.CircuitOpened](w.events); n != 0 {
			t.Errorf("opened %d times", n)
		}
	})
}

// One account is challenged: another serves at once.
func TestChallengeOfOneAccountHoldsNobodyBack(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 2, rig.Settings())
		w.says = challenged
		w.wire.Next(token(0), http.StatusForbidden)
		w.mustAsk(t)
		rig.Await[multiaccount.CircuitClosed](t, w.events)
	})
}

// A challenge of all accounts is waited out.
func TestChallengeBacksOff(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 2, patient())
		w.says = challenged
		w.wire.Next(token(0), http.StatusForbidden)
		w.wire.Next(token(1), http.StatusForbidden)
		began := time.Now()
		w.mustAsk(t)
		if wait := time.Since(began); wait < time.Second || wait > 2*time.Second {
			t.Errorf("it waited %v", wait)
		}
		rig.Await[multiaccount.CircuitOpened](t, w.events)
		if n := len(w.wire.Tokens()); n != 3 {
			t.Errorf("%d requests", n)
		}
	})
}

// The caller whose request is the probe leaves; the next one's takes its place.
func TestProbeWhoseCallerLeaves(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 2, patient())
		w.says = challenged
		w.report(t, http.StatusForbidden)
		w.report(t, http.StatusForbidden)
		probe, err := w.pool.Acquire(t.Context(), multiaccount.Request{})
		rig.Must(t, err)
		served := make(chan error, 1)
		go func() {
			_, err := w.ask(t)
			served <- err
		}()
		time.Sleep(3 * time.Second)
		select {
		case err := <-served:
			t.Fatalf("two probes at a time (%v)", err)
		default:
		}
		probe.Done(multiaccount.Outcome{Err: context.Canceled})
		rig.Must(t, <-served)
	})
}
