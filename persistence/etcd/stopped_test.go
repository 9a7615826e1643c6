package etcd_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// A holder that is stopped before it sends the token, until its lock has lapsed
// and another engine has spent that token, sends nothing when it goes on. Both
// end with the new login.
func TestStoppedBeforeSending(t *testing.T) {
	stopsProcesses(t)
	t.Parallel()
	s := newStage(t, 1, 0, true, address(member(t, nil)))
	id := s.ids[0]
	gated := s.config
	gated.Gated = true
	first := startEngine(t, gated)
	second := startEngine(t, s.config)
	first.order("acquire", id)
	if a := first.next(); !a.Sending {
		t.Fatalf("the first engine told %+v", a)
	}
	stop(first.cmd.Process)
	begun := time.Now()
	got := second.do("acquire", id)
	if got.Token != s.logins[id].AccessToken() {
		t.Fatalf("the second engine got %+v", got)
	}
	t.Logf("the lock of a stopped holder was free after %s", time.Since(begun).Round(100*time.Millisecond))
	goOn(first.cmd.Process)
	first.order("go", "")
	if got := first.next(); got.Token != "" && got.Token != s.logins[id].AccessToken() {
		t.Errorf("the first engine got %+v", got)
	}
	learns(t, first, id, s.logins[id].AccessToken())
	s.verify(t)
	if n := s.srv.Stats().Refreshes; n != 1 {
		t.Errorf("%d exchanges, want 1", n)
	}
}

// A holder that is stopped while its exchange is under way, until its lock has
// lapsed, stores the login when it goes on: the stored token is the one it spent.
// Others use the access token until then, and spend nothing.
func TestStoppedDuringTheExchange(t *testing.T) {
	stopsProcesses(t)
	t.Parallel()
	s := newStage(t, 1, 0, false, address(member(t, nil)))
	id := s.ids[0]
	first := startEngine(t, s.config)
	second := startEngine(t, s.config)
	answers := s.srv.HoldExchanges(providertest.AfterSpending)
	first.order("refresh", id)
	if err := answers.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	stop(first.cmd.Process)
	answers.Release()
	if left := leftIntent(t, s, id); left == nil || left.Host != hostName(t) {
		t.Errorf("a stopped holder leaves the intent %+v", left)
	}
	if got := second.do("acquire", id); got.Token == "" {
		t.Errorf("the second engine got %+v", got)
	}
	goOn(first.cmd.Process)
	if got := first.next(); got.Token != s.logins[id].AccessToken() {
		t.Errorf("the first engine got %+v", got)
	}
	s.verify(t)
	learns(t, second, id, s.logins[id].AccessToken())
}

// learns waits until an engine hands out a token.
func learns(t *testing.T, e *engine, id, token string) {
	t.Helper()
	for end := time.Now().Add(long); e.do("acquire", id).Token != token; {
		if time.Now().After(end) {
			t.Fatal("an engine does not learn of the new login")
		}
	}
}

// leftIntent waits until an account's lock is free, and returns the intent that its
// holder left.
func leftIntent(t *testing.T, s *stage, id string) *account.Intent {
	t.Helper()
	l, err := s.store.Lock(t.Context(), keyOf(id))
	must(t, err)
	left, err := l.Intent()
	must(t, err)
	must(t, l.Unlock())
	return left
}

func hostName(t *testing.T) string {
	t.Helper()
	name, err := os.Hostname()
	must(t, err)
	return name
}

// An engine that cannot reach etcd goes on with the tokens that it has, refreshes
// nothing, and says why.
func TestEtcdIsGone(t *testing.T) {
	t.Parallel()
	wire := newRelay(t, address(member(t, nil)))
	s := newStage(t, 2, 0, false, wire.url)
	e := startEngine(t, s.config)
	want := e.do("acquire", s.ids[0])
	wire.cut()
	if got := e.do("acquire", s.ids[0]); got.Token != want.Token {
		t.Errorf("without etcd it got %+v", got)
	}
	got := e.do("refresh", s.ids[1])
	if !strings.Contains(got.Error, "etcd") {
		t.Errorf("a refresh without etcd: %+v", got)
	}
	if n := s.srv.Stats().Refreshes; n != 0 {
		t.Errorf("%d exchanges without the lock", n)
	}
	wire.mend()
	for end := time.Now().Add(long); ; {
		if got := e.do("refresh", s.ids[1]); got.Error == "" {
			break
		} else if time.Now().After(end) {
			t.Fatalf("it does not recover: %+v", got)
		}
	}
	s.verify(t)
}

// An account whose token has ended says that etcd is why it cannot serve, and serves
// when etcd is back.
func TestEndedTokenWithoutEtcd(t *testing.T) {
	t.Parallel()
	wire := newRelay(t, address(member(t, nil)))
	s := newStage(t, 1, 0, true, wire.url)
	e := startEngine(t, s.config)
	wire.cut()
	if got := e.do("acquire", s.ids[0]); !strings.Contains(got.Error, "etcd") {
		t.Errorf("without etcd it got %+v", got)
	}
	if got := e.do("state", s.ids[0]).Saw; !strings.Contains(got, "etcd") {
		t.Errorf("its state without etcd: %q", got)
	}
	if n := s.srv.Stats().Refreshes; n != 0 {
		t.Errorf("%d exchanges without the lock", n)
	}
	wire.mend()
	for end := time.Now().Add(long); ; {
		if got := e.do("acquire", s.ids[0]); got.Token == s.logins[s.ids[0]].AccessToken() {
			break
		} else if time.Now().After(end) {
			t.Fatalf("it does not recover: %+v", got)
		}
	}
	s.verify(t)
}
