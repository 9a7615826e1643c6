package etcd_test

import (
	"context"
	"net"
	"testing"

	"github.com/seed-810f1486/multiaccount/persistence/etcd"
)

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
