package gateway

import (
	"context"
	"sync"
	"time"
)

// running counts the requests under way. Its zero value is ready, but for idle.
type running struct {
	mu    sync.Mutex
	count int
	// ended is closed by the last request to leave after a drain began; drain is
	// closed when it begins.
	ended, drain chan struct{}
	drained      bool
	// since is when the last request left; at first, when the gateway was made.
	since time.Time
}

// enter counts a request. It returns false once a drain has begun.
func (r *running) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.drained {
		return false
	}
	r.count++
	return true
}

func (r *running) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count--
	r.since = time.Now()
	if r.drained && r.count == 0 {
		close(r.ended)
	}
}

// idle returns for how long none was under way, 0 while one is.
func (r *running) idle(now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.count > 0 {
		return 0
	}
	return now.Sub(r.since)
}

func (r *running) isDraining() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.drained
}

// draining is closed when the gateway is to end.
func (r *running) draining() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.make()
	return r.drain
}

func (r *running) make() {
	if r.drain == nil {
		r.drain, r.ended = make(chan struct{}), make(chan struct{})
	}
}

// begin begins the drain; only the first call does.
func (r *running) begin() (ended <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.make()
	if !r.drained {
		r.drained = true
		close(r.drain)
		if r.count == 0 {
			close(r.ended)
		}
	}
	return r.ended
}

// Drain ends the gateway: it refuses new requests, asks WebSockets to move once
// their turn is over, and returns when all that is under way has ended, with ctx's
// error when that ends first. The server has to be shut down after it.
func (g *Gateway) Drain(ctx context.Context) error {
	select {
	case <-g.running.begin():
	case <-ctx.Done():
		return ctx.Err()
	}
	if g.idle != nil {
		g.idle()
	}
	return nil
}

// inFlight counts the requests of clients that have a limit of them.
type inFlight struct {
	mu    sync.Mutex
	count map[string]int
}

func (f *inFlight) enter(c *Client) bool {
	if c.MaxInFlight == 0 {
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count[c.ID] >= c.MaxInFlight {
		return false
	}
	if f.count == nil {
		f.count = map[string]int{}
	}
	f.count[c.ID]++
	return true
}

func (f *inFlight) leave(c *Client) {
	if c.MaxInFlight == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count[c.ID]--; f.count[c.ID] == 0 {
		delete(f.count, c.ID)
	}
}
