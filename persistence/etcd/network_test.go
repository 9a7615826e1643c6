package etcd_test

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"
)

// network carries what members say to each other. Each member has a proxy of its
// own, so that one can be cut off from the others while its clients reach it.
type network struct {
	// peers are the members' peer addresses by name.
	peers   map[string]string
	proxies map[string]string

	mu sync.Mutex
	// alone is the member that is cut off; empty for none.
	alone string
	// under are the requests under way, with what ends each.
	under map[*crossing]context.CancelFunc
}

// crossing is a request from a member to another.
type crossing struct{ from, to string }

// unresolved ends the members' host names: clients ask loopback addresses without
// a proxy.
const unresolved = ".invalid"

func newNetwork(tb testing.TB, peers map[string]string) *network {
	tb.Helper()
	n := &network{peers: peers, proxies: map[string]string{}, under: map[*crossing]context.CancelFunc{}}
	for name := range peers {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(tb, err)
		server := &http.Server{Handler: n.from(name)}
		go func() { _ = server.Serve(l) }()
		tb.Cleanup(func() { _ = server.Close() })
		n.proxies[name] = "http://" + l.Addr().String()
	}
	return n
}

// from is the proxy of one member.
func (n *network) from(name string) http.Handler {
	forward := &httputil.ReverseProxy{
		FlushInterval: -1, // members talk in streams
		Rewrite:       func(r *httputil.ProxyRequest) { r.Out.URL.Host = n.peers[peerOf(r.In)] },
		ErrorHandler:  func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		ErrorLog:      log.New(io.Discard, "", 0), // members die
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &crossing{name, peerOf(r)}
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		if !n.begin(c, cancel) {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer n.end(c)
		forward.ServeHTTP(w, r.WithContext(ctx))
	})
}

func peerOf(r *http.Request) string { return strings.TrimSuffix(r.URL.Hostname(), unresolved) }

func (n *network) begin(c *crossing, cancel context.CancelFunc) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c.from == n.alone || c.to == n.alone {
		return false
	}
	n.under[c] = cancel
	return true
}

func (n *network) end(c *crossing) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.under, c)
}

// isolate cuts a member off from the others, in both directions; "" mends it.
func (n *network) isolate(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.alone = name
	for c, cancel := range n.under {
		if c.from == name || c.to == name {
			cancel()
		}
	}
}
