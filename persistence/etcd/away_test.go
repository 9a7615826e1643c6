package etcd_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/persistence/etcd"
)

// Who asks an etcd that is known to be away is told soon, and not after the patience
// of the first who asked.
func TestKnownOutageIsToldSoon(t *testing.T) {
	t.Parallel()
	wire := newRelay(t, address(member(t, nil)))
	s := closing(t, open(t, fleet(t, "away", wire.url)))
	wire.cut()
	if _, err := s.Read(t.Context(), storeKey); err == nil {
		t.Fatal("it read without etcd")
	}
	begun := time.Now()
	const asks = 5
	for range asks {
		if _, err := s.Read(t.Context(), storeKey); err == nil {
			t.Fatal("it read without etcd")
		}
	}
	if took := time.Since(begun); took > asks*4*time.Second {
		t.Errorf("%d more errors took %s", asks, took)
	}
	wire.mend()
	for end := time.Now().Add(long); ; {
		if _, err := s.Others(t.Context()); err == nil {
			return
		} else if time.Now().After(end) {
			t.Fatalf("it does not recover: %v", err)
		}
	}
}

// A member that is away is tried again every two seconds, however long it is away:
// gRPC by itself would come to wait two minutes.
func TestMemberIsTriedAgain(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	tried := make(chan struct{})
	go func() {
		defer close(tried)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
			tried <- struct{}{}
		}
	}()
	client, err := etcd.Options{Endpoints: []string{"http://" + l.Addr().String()}}.Dial()
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan error, 1)
	go func() {
		_, err := client.Get(ctx, "any")
		asked <- err
	}()
	for range 11 { // the eleventh would come after three minutes
		heard(t, tried)
	}
	cancel()
	if err := <-asked; err == nil {
		t.Error("it has an answer")
	}
	must(t, client.Close())
	must(t, l.Close())
	for range tried { // until its goroutine has ended
	}
}
