package etcd

import (
	"context"
	"encoding/json"
	"sync"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// session keeps the store's lease alive, on a goroutine of its own. When the lease is
// lost, because etcd heard nothing for [LeaseTTL], it makes a new one, and stores the
// claims again.
type session struct {
	store   *Store
	running sync.WaitGroup

	mu sync.Mutex
	// lease is 0 while there is none; ready is closed once there is one.
	lease clientv3.LeaseID
	ready chan struct{}
	// renew ends the lease under way.
	renew context.CancelFunc
	// claims are the ids that are claimed, by provider.
	claims map[string][]string
}

func newSession(s *Store) *session {
	c := &session{store: s, ready: make(chan struct{}), renew: func() {}, claims: map[string][]string{}}
	c.running.Go(c.run)
	return c
}

func (c *session) wait() { c.running.Wait() }

// current waits for a lease until ctx ends, or patience is over.
func (c *session) current(ctx context.Context) (clientv3.LeaseID, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		c.mu.Lock()
		lease, ready := c.lease, c.ready
		c.mu.Unlock()
		if lease != 0 {
			return lease, nil
		}
		select {
		case <-ready:
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-c.store.running.Done():
			return 0, c.store.running.Err()
		}
	}
}

// abandon ends a lease with everything on it: it may have a key that nobody else will
// remove.
func (c *session) abandon(lease clientv3.LeaseID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lease == lease {
		c.renew()
	}
}

func (c *session) run() {
	running := c.store.running
	for running.Err() == nil {
		lease, err := c.begin(running)
		if err == nil {
			c.hold(running, lease)
		}
		if lease != 0 {
			c.revoke(lease)
		}
		_ = rest(running) // its end ends the loop
	}
}

// begin makes a lease, and puts on it who this is.
func (c *session) begin(ctx context.Context) (clientv3.LeaseID, error) {
	granted, err := call(ctx, func(ctx context.Context) (*clientv3.LeaseGrantResponse, error) {
		return c.store.client.Grant(ctx, int64(LeaseTTL.Seconds()))
	})
	if err != nil {
		return 0, err
	}
	self, err := json.Marshal(c.store.instance())
	if err != nil {
		return granted.ID, err
	}
	_, err = call(ctx, func(ctx context.Context) (*clientv3.PutResponse, error) {
		return c.store.client.Put(ctx, c.store.keys.instances()+c.store.name, string(self), clientv3.WithLease(granted.ID))
	})
	return granted.ID, err
}

// hold keeps the lease alive until it is lost.
func (c *session) hold(running context.Context, lease clientv3.LeaseID) {
	ctx, cancel := context.WithCancel(running)
	defer cancel()
	alive, err := c.store.client.KeepAlive(ctx, lease)
	if err != nil {
		return
	}
	c.set(lease, cancel)
	defer c.unset()
	for range alive { // until the lease is lost, or ctx ends
	}
}

func (c *session) set(lease clientv3.LeaseID, renew context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lease, c.renew = lease, renew
	close(c.ready)
	for provider, ids := range c.claims {
		c.running.Go(func() { _ = c.tell(lease, provider, ids) }) // a claim is a wish
	}
}

func (c *session) unset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lease, c.ready, c.renew = 0, make(chan struct{}), func() {}
}

// revoke ends a lease at once. One that cannot be ended does so by itself.
func (c *session) revoke(lease clientv3.LeaseID) {
	_, _ = call(context.WithoutCancel(c.store.running), func(ctx context.Context) (*clientv3.LeaseRevokeResponse, error) {
		return c.store.client.Revoke(ctx, lease)
	})
}
