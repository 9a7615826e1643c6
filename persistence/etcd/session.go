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
	// telling is held while claims are stored.
	telling sync.Mutex

	mu sync.Mutex
	// lease is 0 while there is none; failed is then why the last try to make one
	// failed, nil before that. changed is closed when one of them changes.
	lease   clientv3.LeaseID
	failed  error
	changed chan struct{}
	// renew ends the lease under way.
	renew context.CancelFunc
	// claims are the ids that are claimed, by provider.
	claims map[string][]string
}

func newSession(s *Store) *session {
	c := &session{store: s, changed: make(chan struct{}), renew: func() {}, claims: map[string][]string{}}
	c.running.Go(c.run)
	return c
}

func (c *session) wait() { c.running.Wait() }

// current waits for a lease until ctx ends, or patience is over. When etcd answers that
// it gives none, the error says so at once.
func (c *session) current(ctx context.Context) (clientv3.LeaseID, error) {
	ctx, cancel := context.WithTimeout(ctx, c.store.silence.patience())
	defer cancel()
	for {
		c.mu.Lock()
		lease, failed, changed := c.lease, c.failed, c.changed
		c.mu.Unlock()
		if lease != 0 || failed != nil && !isTransient(failed) {
			return lease, failed
		}
		select {
		case <-changed:
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
		c.store.silence.note(err)
		if err == nil {
			c.hold(running, lease)
		} else {
			c.set(0, err, func() {})
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
	c.set(lease, nil, cancel)
	defer c.set(0, nil, func() {})
	for range alive { // until the lease is lost, or ctx ends
	}
}

// set notes the lease, or why there is none. The claims are stored on a new lease.
func (c *session) set(lease clientv3.LeaseID, failed error, renew context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.changed)
	c.lease, c.failed, c.renew, c.changed = lease, failed, renew, make(chan struct{})
	if lease == 0 {
		return
	}
	for provider := range c.claims {
		c.running.Go(func() { _ = c.tell(lease, provider) }) // a claim is a wish
	}
}

// revoke ends a lease at once. One that cannot be ended does so by itself.
func (c *session) revoke(lease clientv3.LeaseID) {
	_, _ = call(context.WithoutCancel(c.store.running), func(ctx context.Context) (*clientv3.LeaseRevokeResponse, error) {
		return c.store.client.Revoke(ctx, lease)
	})
}
