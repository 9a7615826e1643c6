package etcd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// ticket is a place in the queue of a lock. The first in the queue holds it.
type ticket struct {
	key string
	// fence is the key's create revision: higher for each who comes later.
	fence int64
	// lease is what the key is on.
	lease clientv3.LeaseID
}

// fenced is the guard of writes under the lock.
func (t ticket) fenced() clientv3.Cmp {
	return clientv3.Compare(clientv3.CreateRevision(t.key), "=", t.fence)
}

// lock waits for the lock of a cell, and returns what the cell holds then.
// ErrLocked when ctx ended before, ErrNotFound when the cell must be there and is
// not.
func (s *Store) lock(ctx context.Context, c cell) (ticket, seen, error) {
	for {
		if err := s.mayWait(ctx, c); err != nil {
			return ticket{}, seen{}, err
		}
		t, err := s.enqueue(ctx, c)
		if err != nil {
			return ticket{}, seen{}, err
		}
		if err := s.await(ctx, c, t); err != nil {
			return ticket{}, seen{}, errors.Join(err, s.release(t))
		}
		at, err := s.seeBy(c, t)
		switch {
		case err != nil:
			return ticket{}, seen{}, errors.Join(err, s.release(t))
		case at.fenced && at.value == nil && c.required:
			return ticket{}, seen{}, errors.Join(persistence.ErrNotFound, s.release(t))
		case at.fenced:
			return t, at, nil
		}
		// It lapsed while it waited.
	}
}

// mayWait returns why there is nothing to wait for.
func (s *Store) mayWait(ctx context.Context, c cell) error {
	at, err := s.see(c)
	switch {
	case err != nil:
		return err
	case at.value == nil && c.required && !at.queued:
		return persistence.ErrNotFound
	case at.queued:
		return locked(ctx.Err())
	}
	return ctx.Err()
}

// locked is the error of a wait that ended with err; nil stays nil.
func locked(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", persistence.ErrLocked, err)
}

// enqueue takes a place in the queue.
func (s *Store) enqueue(ctx context.Context, c cell) (ticket, error) {
	lease, err := s.session.current(ctx)
	if err != nil {
		return ticket{}, storageError(s.endpoints, err)
	}
	self, err := json.Marshal(s.instance())
	if err != nil {
		return ticket{}, err
	}
	t := ticket{key: fmt.Sprintf("%s%s-%d", c.locks, s.name, s.tickets.Add(1)), lease: lease}
	resp, err := call(s.running, func(ctx context.Context) (*clientv3.TxnResponse, error) {
		return s.client.Txn(ctx).Then(clientv3.OpPut(t.key, string(self), clientv3.WithLease(lease))).Commit()
	})
	if err != nil {
		s.dequeue(t, err)
		return ticket{}, storageError(s.endpoints, err)
	}
	t.fence = resp.Header.Revision
	return t, nil
}

// dequeue removes a place that may have been taken although enqueue failed. When it may
// still be taken later, the whole session is given up.
func (s *Store) dequeue(t ticket, failed error) {
	if isFull(failed) {
		_, failed = s.transact(nil, clientv3.OpDelete(t.key))
	}
	if failed != nil && isTransient(failed) {
		s.session.abandon(t.lease)
	}
}

// await waits until everybody before t has gone.
func (s *Store) await(ctx context.Context, c cell, t ticket) error {
	for {
		before, err := s.get(s.running, c.locks, append(clientv3.WithLastCreate(), clientv3.WithMaxCreateRev(t.fence-1))...)
		if err != nil {
			return err
		}
		if len(before.Kvs) == 0 {
			return nil
		}
		if err := s.gone(ctx, string(before.Kvs[0].Key), before.Header.Revision); err != nil {
			return err
		}
	}
}

// gone waits until a key is deleted, or may be deleted.
func (s *Store) gone(ctx context.Context, key string, since int64) error {
	waiting, cancel := context.WithCancel(clientv3.WithRequireLeader(s.running))
	defer cancel()
	changes := s.client.Watch(waiting, key, clientv3.WithRev(since+1), clientv3.WithFilterPut())
	select {
	case change, open := <-changes:
		if !open || change.Err() != nil {
			return locked(rest(ctx)) // it is looked at again
		}
		return nil
	case <-ctx.Done():
		return locked(ctx.Err())
	case <-s.running.Done():
		return locked(s.running.Err())
	}
}

// release gives up a place in the queue. When etcd does not answer, the whole session is
// given up: its lease ends by itself, and the place with it.
func (s *Store) release(t ticket) error {
	_, err := s.transact([]clientv3.Cmp{t.fenced()}, clientv3.OpDelete(t.key))
	if err != nil {
		s.session.abandon(t.lease)
	}
	return err
}
