package etcd_test

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// relay is a wire that can be cut.
type relay struct {
	url string
	to  string

	mu    sync.Mutex
	down  bool
	conns map[net.Conn]bool
}

func newRelay(tb testing.TB, url string) *relay {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	r := &relay{url: "http://" + l.Addr().String(), to: strings.TrimPrefix(url, "http://"), conns: map[net.Conn]bool{}}
	tb.Cleanup(func() {
		_ = l.Close()
		r.cut()
	})
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go r.carry(conn)
		}
	}()
	return r
}

func (r *relay) carry(conn net.Conn) {
	far, err := net.Dial("tcp", r.to)
	if err != nil || !r.keep(conn, far) {
		_ = conn.Close()
		return
	}
	go func() { _, _ = io.Copy(far, conn); _ = far.Close() }()
	_, _ = io.Copy(conn, far)
	_ = conn.Close()
}

func (r *relay) keep(conns ...net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range conns {
		r.conns[c] = true
		if r.down {
			_ = c.Close()
		}
	}
	return !r.down
}

func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = true
	for c := range r.conns {
		_ = c.Close()
	}
	clear(r.conns)
}

func (r *relay) mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = false
}

func keyOf(id string) persistence.Key { return persistence.Key{Provider: "anthropic", ID: id} }
