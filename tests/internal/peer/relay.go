package peer

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// Relay is one child's way to the provider. What a child had sent when it was
// killed still arrives; the relay tells when the provider is done with it.
type Relay struct {
	// URL is what the child uses in place of the provider's.
	URL string

	listener net.Listener
	upstream string
	serving  sync.WaitGroup
	hold     atomic.Pointer[held]
}

// held is what a relay does not pass on yet.
type held struct{ came, release chan struct{} }

// NewRelay starts a relay to the server at url ("http://host:port").
func NewRelay(tb testing.TB, url string) *Relay {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	rig.Must(tb, err)
	r := &Relay{URL: "http://" + listener.Addr().String(), listener: listener, upstream: strings.TrimPrefix(url, "http://")}
	r.serving.Go(r.serve)
	tb.Cleanup(r.Drain)
	return r
}

// Hold keeps what the child sends from now on until release is called, which it
// must be. came is told when the first of it has come.
func (r *Relay) Hold() (came <-chan struct{}, release func()) {
	h := &held{came: make(chan struct{}, 1), release: make(chan struct{})}
	r.hold.Store(h)
	return h.came, sync.OnceFunc(func() { close(h.release) })
}

// wait returns when what has come may be passed on.
func (h *held) wait(sent *bufio.Reader) {
	_, _ = sent.Peek(1) // one that ends without a word is passed on as well
	select {
	case h.came <- struct{}{}:
	default:
	}
	<-h.release
}

// Drain returns when the provider has answered everything that the child
// sent, and has closed its connections. The child must be dead.
func (r *Relay) Drain() {
	_ = r.listener.Close() // nobody will come any more
	r.serving.Wait()
}

func (r *Relay) serve() {
	for {
		down, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.serving.Go(func() { r.pass(down) })
	}
}

// pass carries bytes in both directions until both have ended.
func (r *Relay) pass(down net.Conn) {
	defer func() { _ = down.Close() }() // its client is gone
	sent := bufio.NewReader(down)
	if h := r.hold.Load(); h != nil {
		h.wait(sent)
	}
	up, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", r.upstream)
	if err != nil {
		return
	}
	defer func() { _ = up.Close() }() // the server has closed it
	var asking sync.WaitGroup
	asking.Go(func() {
		_, _ = io.Copy(up, sent) // a client that is killed ends it in one way or the other
		endWrite(up)
	})
	_, _ = io.Copy(down, up)
	_, _ = io.Copy(io.Discard, up) // when nobody reads the answer, the server still finishes it
	_ = down.Close()
	asking.Wait()
}

// endWrite tells the server that nothing more will come.
func endWrite(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // a server that is gone does not mind
	}
}
