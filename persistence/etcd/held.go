package etcd

import (
	"context"
	"errors"
	"time"

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

// remove removes the account.
func (h *held) remove() error {
	return accountError(h.key, h.store.eraseBy(h.cell, h.ticket, h.at))
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
