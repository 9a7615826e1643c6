package etcd

import (
	"context"
	"errors"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// commitTime is how much longer than the exchange its lock lasts: time to begin the
// exchange, and to store its result.
const commitTime = 5 * time.Second

// spentPatience is how long the result of an exchange is tried to be stored. When etcd
// is back it starts all leases anew, so that nobody else has got the lock meanwhile.
const spentPatience = time.Minute

// held is an account under its lock.
type held struct {
	store  *Store
	key    persistence.Key
	cell   cell
	ticket ticket
	at     seen
	record account.Record
	// reserved is when the lock was put on a lease of its own; zero before.
	reserved time.Time
	// intent is the stored intent, as far as this holder knows; nil for none.
	intent *account.Intent
	// spending is the fingerprint of the stored token when the lock was reserved, for
	// an exchange; empty before.
	spending string
	released bool
}

var (
	_ persistence.Locked  = (*held)(nil)
	_ persistence.Lapsing = (*held)(nil)
)

// Lock implements [persistence.Store]. What it returns is a [persistence.Lapsing].
func (s *Store) Lock(ctx context.Context, key persistence.Key) (persistence.Locked, error) {
	if err := key.Check(); err != nil {
		return nil, err
	}
	h, err := s.hold(ctx, key)
	if err != nil {
		return nil, accountError(key, err)
	}
	return h, nil
}

func (s *Store) hold(ctx context.Context, key persistence.Key) (*held, error) {
	c := s.keys.account(key)
	t, at, err := s.lock(ctx, c)
	if err != nil {
		return nil, err
	}
	h := &held{store: s, key: key, cell: c, ticket: t, at: at}
	if h.record, err = s.decodeAccount(key, at.value); err != nil {
		err = &persistence.UnreadableError{Quarantined: refused(key.ID, c.key, err)}
		return nil, errors.Join(err, h.Unlock())
	}
	if at.intent != nil {
		if h.intent, err = s.decodeIntent(at.intent); err != nil { // it tells that an exchange began, and no more
			h.intent = &account.Intent{Token: h.record.Credentials.RefreshToken.Fingerprint()}
		}
	}
	return h, nil
}

// Record implements [persistence.Locked].
func (h *held) Record() account.Record { return h.record }

// Update implements [persistence.Locked]. When the lock has lapsed, the change is
// made all the same if the stored refresh token is the one that this holder spent.
func (h *held) Update(_ context.Context, mutate persistence.Mutation) (account.Record, error) {
	return h.update(newWrite(), mutate)
}

func (h *held) update(w *write, mutate persistence.Mutation) (account.Record, error) {
	if h.released {
		return account.Record{}, accountError(h.key, persistence.ErrUnlocked)
	}
	guards, begun := []clientv3.Cmp{h.ticket.fenced()}, time.Now()
	for !h.at.has(w.id) {
		rec, done, err := h.store.rewrite(h.key, h.at, w, mutate, guards...)
		if done {
			h.record = rec
			_ = h.look() // else the next update finds that it saw an earlier value
			return rec, nil
		}
		if err == nil {
			err = h.look()
		}
		if err != nil && h.spending != "" && mayPass(err) && time.Since(begun) < spentPatience {
			_ = rest(h.store.running) // its end ends the next try
			continue                  // there is no other copy of a login that was paid for with a token
		}
		if err == nil {
			guards, err = h.guards(w)
		}
		if err != nil {
			return account.Record{}, accountError(h.key, w.failed(err))
		}
	}
	var err error
	h.record, err = h.store.decodeAccount(h.key, h.at.value)
	return h.record, accountError(h.key, err)
}

// look sees what is stored now. When that fails, what was seen before stays.
func (h *held) look() error {
	at, err := h.store.seeBy(h.cell, h.ticket)
	if err == nil {
		h.at = at
	}
	return err
}

// guards returns the guards of the next try, by what was seen last.
func (h *held) guards(w *write) ([]clientv3.Cmp, error) {
	if h.at.fenced || h.at.has(w.id) {
		return []clientv3.Cmp{h.ticket.fenced()}, nil
	}
	if h.at.value == nil {
		return nil, persistence.ErrNotFound
	}
	stored, err := h.store.decodeAccount(h.key, h.at.value)
	if err != nil {
		return nil, err
	}
	if h.spending == "" || h.spending != stored.Credentials.RefreshToken.Fingerprint() {
		return nil, ErrLapsed
	}
	return nil, nil
}

// Reserve implements [persistence.Lapsing].
func (h *held) Reserve(ctx context.Context, d time.Duration) (time.Time, error) {
	ttl := (d + commitTime).Round(time.Second)
	begun := time.Now()
	granted, err := call(ctx, func(ctx context.Context) (*clientv3.LeaseGrantResponse, error) {
		return h.store.client.Grant(ctx, int64(ttl.Seconds()))
	})
	if err != nil {
		return time.Time{}, accountError(h.key, storageError(h.store.endpoints, err))
	}
	if err := h.put(h.ticket.key, "reserved", clientv3.WithLease(granted.ID)); err != nil {
		h.store.session.revoke(granted.ID)
		return time.Time{}, err
	}
	h.reserved, h.ticket.lease = begun, granted.ID
	h.spending = h.record.Credentials.RefreshToken.Fingerprint()
	return begun.Add(ttl), nil
}

// put writes a key under the lock. To write it twice does no harm.
func (h *held) put(key, value string, with ...clientv3.OpOption) error {
	resp, err := h.store.transact([]clientv3.Cmp{h.ticket.fenced()}, clientv3.OpPut(key, value, with...))
	switch {
	case isFull(err) && h.holds(key, value):
		err = nil
	case err == nil && !resp.Succeeded:
		err = ErrLapsed
	}
	return accountError(h.key, err)
}

// holds reports whether this holder has stored a key and still has its lock.
func (h *held) holds(key, value string) bool {
	resp, err := h.store.transact([]clientv3.Cmp{h.ticket.fenced()}, clientv3.OpGet(key))
	if err != nil || !resp.Succeeded {
		return false
	}
	kvs := resp.Responses[0].GetResponseRange().Kvs
	return len(kvs) > 0 && string(kvs[0].Value) == value
}

// Intent implements [persistence.Locked].
func (h *held) Intent() (*account.Intent, error) {
	if h.intent == nil || h.intent.Token != h.record.Credentials.RefreshToken.Fingerprint() {
		return nil, nil //nolint:nilnil // no intent is the usual case
	}
	found := *h.intent
	return &found, nil
}

// Intend implements [persistence.Locked].
func (h *held) Intend(i account.Intent) error {
	if h.released {
		return accountError(h.key, persistence.ErrUnlocked)
	}
	value, err := h.store.encodeIntent(i)
	if err != nil {
		return accountError(h.key, err)
	}
	if err := h.put(h.cell.intent, string(value)); err != nil {
		return err
	}
	h.intent = &i
	return nil
}

// Settle implements [persistence.Locked]. After the lock has lapsed, the intent is
// somebody else's, or tells of a token that is not stored any more.
func (h *held) Settle() error {
	if h.released {
		return accountError(h.key, persistence.ErrUnlocked)
	}
	_, err := h.store.transact([]clientv3.Cmp{h.ticket.fenced()}, clientv3.OpDelete(h.cell.intent))
	if err != nil {
		return accountError(h.key, fmt.Errorf("removing an intent: %w", err))
	}
	h.intent = nil
	return nil
}

// Unlock implements [persistence.Locked]. An exchange that was cut off may still
// reach the provider: its lock stays until it cannot any more. Nobody has to compare
// the clocks of two machines for that.
func (h *held) Unlock() error {
	if h.released {
		return nil
	}
	h.released = true
	if h.underWay() {
		return nil
	}
	return h.store.release(h.ticket)
}

// underWay reports whether the exchange of this holder may not have ended.
func (h *held) underWay() bool {
	i, err := h.Intent()
	if err != nil || i == nil || i.Ended || h.reserved.IsZero() {
		return false
	}
	sent := i.At
	if !i.SentAt.IsZero() {
		sent = i.SentAt
	}
	return !sent.Before(h.reserved.Truncate(time.Second))
}
