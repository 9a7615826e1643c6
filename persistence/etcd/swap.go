package etcd

import (
	"context"
	"errors"
	"fmt"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// seen is a cell as it was read.
type seen struct {
	// value is nil when there is none.
	value []byte
	// modified is the revision of the last write, version counts the writes.
	modified, version int64
	// queued is set while somebody holds the lock, or waits for it.
	queued bool
	// intent is the stored intent; nil for none.
	intent []byte
	// fenced is set while the key that was asked for still has its fence.
	fenced bool
}

// see reads a cell, its lock and its intent at one revision.
func (s *Store) see(c cell) (seen, error) { return s.seeBy(c, ticket{key: c.locks}) }

// seeBy is see for the holder of a lock.
func (s *Store) seeBy(c cell, t ticket) (seen, error) {
	resp, err := s.transact(nil, clientv3.OpGet(c.key), clientv3.OpGet(c.intent),
		clientv3.OpGet(c.locks, clientv3.WithPrefix(), clientv3.WithLimit(1), clientv3.WithKeysOnly()), clientv3.OpGet(t.key))
	if err != nil {
		return seen{}, err
	}
	at := seenIn(resp.Responses[0].GetResponseRange(), resp.Responses[1].GetResponseRange())
	at.queued = resp.Responses[2].GetResponseRange().Count > 0
	mine := resp.Responses[3].GetResponseRange().Kvs
	at.fenced = len(mine) > 0 && mine[0].CreateRevision == t.fence
	return at, nil
}

func seenIn(value, intent *pb.RangeResponse) seen {
	var at seen
	if len(value.Kvs) > 0 {
		kv := value.Kvs[0]
		at.value, at.modified, at.version = kv.Value, kv.ModRevision, kv.Version
	}
	if len(intent.Kvs) > 0 {
		at.intent = intent.Kvs[0].Value
	}
	return at
}

// unlocked is the guard of who writes without a lock.
func (c cell) unlocked() clientv3.Cmp {
	return clientv3.Compare(clientv3.CreateRevision(c.locks).WithPrefix(), "=", 0)
}

// unchanged is the guard of every write: nobody has written since.
func (c cell) unchanged(at seen) clientv3.Cmp {
	return clientv3.Compare(clientv3.ModRevision(c.key), "=", at.modified)
}

// write is one change, however often it is tried.
type write struct {
	id writeID
	// open is set while an earlier try may still be stored: it got no answer, and
	// nothing has been stored over what it saw, which was modified at since.
	open  bool
	since int64
}

func newWrite() *write { return &write{id: newWriteID()} }

// failed is the error of a write that is given up: it says when an earlier try may
// still be stored. Nil stays nil.
func (w *write) failed(err error) error {
	if err == nil || !w.open || errors.Is(err, ErrUnknownOutcome) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnknownOutcome, err)
}

// swap stores sealed in place of what was seen, and reports whether it did. It is
// false when a guard does not hold, and when it is not known yet whether it is
// stored: who reads again finds the write's id then.
func (s *Store) swap(c cell, at seen, w *write, sealed []byte, guards ...clientv3.Cmp) (bool, error) {
	before, err := parseEnvelope(at.value)
	if err != nil {
		before = envelope{} // there is none, or none that can be read
	}
	value := before.next(w.id, sealed).bytes()
	guards = append(guards, c.unchanged(at))
	return s.settle(c, at, w, func(now seen) bool { return now.has(w.id) }, guards, clientv3.OpPut(c.key, string(value)))
}

// has reports whether a write is among those that made the value.
func (s seen) has(id writeID) bool {
	e, err := parseEnvelope(s.value)
	return err == nil && e.has(id)
}

// settle runs a transaction once, and finds out what came of it.
func (s *Store) settle(c cell, at seen, w *write, done func(seen) bool, guards []clientv3.Cmp, then ...clientv3.Op) (bool, error) {
	w.open = w.open && w.since == at.modified
	resp, err := call(s.running, func(ctx context.Context) (*clientv3.TxnResponse, error) {
		return s.client.Txn(ctx).If(guards...).Then(then...).Commit()
	})
	if err == nil {
		return resp.Succeeded, nil
	}
	full := isFull(err)
	if !full && !isTransient(err) {
		return false, w.failed(storageError(s.endpoints, err))
	}
	if !full {
		w.open, w.since = true, at.modified
	}
	now, lost := s.see(c)
	many := now.version > at.version+writesKept
	w.open = w.open || lost != nil || many
	switch {
	case lost != nil:
		return false, w.failed(errors.Join(storageError(s.endpoints, err), lost))
	case done(now):
		return true, nil
	case full || many:
		return false, w.failed(storageError(s.endpoints, err))
	}
	// It may still be on its way. The next try compares the same revision, so
	// that one of the two is stored, and not both.
	return false, nil
}
