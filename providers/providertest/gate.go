package providertest

import (
	"context"
	"fmt"
	"sync"
)

// Gate holds what comes to it until it is released, and tells how many came.
// It is safe for concurrent use. A request whose client goes away leaves the
// gate by itself, as does every request when the server closes.
type Gate struct {
	open    chan struct{}
	once    sync.Once
	arrived tally
}

// NewGate returns a gate that is shut.
func NewGate() *Gate {
	return &Gate{open: make(chan struct{})}
}

// Wait returns when n requests have come to the gate since it was made,
// whether they still stand there or not. It returns an error that wraps ctx's
// when that ends first.
func (g *Gate) Wait(ctx context.Context, n int) error {
	if err := g.arrived.wait(ctx, n); err != nil {
		return fmt.Errorf("waiting at the gate for %d requests, %d came: %w", n, g.Arrived(), err)
	}
	return nil
}

// Arrived returns how many requests have come to the gate since it was made.
func (g *Gate) Arrived() int { return g.arrived.count() }

// Release opens the gate for good. Releasing twice is harmless.
func (g *Gate) Release() {
	g.once.Do(func() { close(g.open) })
}

// pass counts an arrival and waits for the release; false means that ctx
// ended first.
func (g *Gate) pass(ctx context.Context) bool {
	g.arrived.add()
	select {
	case <-g.open:
		return true
	case <-ctx.Done():
		return false
	}
}

// Point is a place in a token exchange at which a gate can stand.
type Point uint8

// The points.
const (
	// BeforeSpending: the request has come, the refresh token is still valid.
	// When the client goes away here, it stays so.
	BeforeSpending Point = iota
	// AfterSpending: the refresh token is spent and its successor issued, but
	// the client does not know it yet. When it goes away here, or is killed,
	// the new tokens are lost to it.
	AfterSpending
)

// gates are the ones at the token endpoint, by point; guarded by Server.mu.
type gates [2]*Gate

// HoldExchanges puts a gate in the way of every exchange at the token endpoint,
// from now on. It replaces an earlier gate at the same point, without
// releasing that one.
func (s *Server) HoldExchanges(at Point) *Gate {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gates[at] = NewGate()
	return s.gates[at]
}

// HoldExchanges is [Server.HoldExchanges] for one account, in addition.
func (h *AccountHandle) HoldExchanges(at Point) *Gate {
	h.srv.mu.Lock()
	defer h.srv.mu.Unlock()
	h.gates[at] = NewGate()
	return h.gates[at]
}

// passGates stops at the server's gate and at the account's.
func (x *exchange) passGates(at Point) bool {
	for _, g := range x.gatesAt(at) {
		if g != nil && !g.pass(x.ctx()) {
			return false
		}
	}
	return true
}

func (x *exchange) gatesAt(at Point) [2]*Gate {
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	if x.acct == nil {
		return [2]*Gate{x.srv.gates[at]}
	}
	return [2]*Gate{x.srv.gates[at], x.acct.gates[at]}
}
