package etcd

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// Moved tells what [Move] did with one provider's accounts.
type Moved struct {
	Provider string `json:"provider"`
	// DryRun is set when it only tells what would be done.
	DryRun bool `json:"dry_run,omitempty"`
	// Accounts is how many were moved.
	Accounts int `json:"accounts"`
	// Known is how many of them the other store had already, with a login that is at
	// least as new. Those were not replaced.
	Known int `json:"known"`
	// Left are those that stay, with the reason.
	Left []string `json:"left,omitempty"`
}

func (m *Moved) leave(id, why string) { m.Left = append(m.Left, id+": "+why) }

// Move moves the accounts of a provider from one store to another, one by one:
// each is stored, read back and compared before it is removed from where it was. So
// no account is lost, and a move that was cut short is completed by calling it again.
// An account whose login the other store has under another id stays.
// Its lock is held meanwhile, so that nobody renews a login which is removed then; but
// nobody else should use the accounts of from: they go. With dry set nothing is changed.
func Move(ctx context.Context, from, to persistence.Store, provider string, dry bool) (Moved, error) {
	m := mover{from: from, to: to, Moved: Moved{Provider: provider, DryRun: dry}}
	snap, err := from.Load(ctx, provider)
	if err != nil {
		return m.Moved, err
	}
	if dry {
		there, err := to.Load(ctx, provider)
		if err != nil {
			return m.Moved, err
		}
		m.there = there.Accounts
	}
	for _, q := range snap.Quarantined {
		m.leave(q.ID, q.Reason)
	}
	for _, rec := range snap.Accounts {
		if err := m.move(ctx, persistence.Key{Provider: provider, ID: rec.ID}); err != nil {
			return m.Moved, err
		}
	}
	if !dry {
		err = movePool(ctx, to, provider, snap.Pool)
	}
	return m.Moved, err
}

// mover is one Move. A dry run finds logins among there, the accounts of to.
type mover struct {
	Moved

	from, to persistence.Store
	there    []account.Record
}

func (m *mover) move(ctx context.Context, key persistence.Key) error {
	l, err := m.from.Lock(ctx, key)
	switch {
	case errors.Is(err, persistence.ErrNotFound): // it was removed meanwhile
		return nil
	case err != nil:
		return err
	}
	return errors.Join(m.moveLocked(ctx, key, l), l.Unlock())
}

func (m *mover) moveLocked(ctx context.Context, key persistence.Key, l persistence.Locked) error {
	unfinished, err := l.Intent()
	if err != nil {
		return err
	}
	if unfinished != nil {
		m.leave(key.ID, "a refresh of it has not ended; use it once where it is, and move it then")
		return nil
	}
	there, err := m.to.Read(ctx, key)
	if err != nil && !errors.Is(err, persistence.ErrNotFound) {
		return err
	}
	known := err == nil && there.Generation >= l.Record().Generation
	err = m.transfer(ctx, l, err == nil, known)
	if twice, ok := errors.AsType[*persistence.KnownLoginError](err); ok {
		m.leave(key.ID, "where it would go, "+twice.Error()+": log in again there, or remove one of the two")
		return nil
	}
	if err != nil {
		return err
	}
	m.Accounts++
	if known {
		m.Known++
	}
	return nil
}

// transfer stores an account unless it is known, reads it back, and removes it from
// where it was.
func (m *mover) transfer(ctx context.Context, l persistence.Locked, there, known bool) error {
	rec := l.Record()
	key := persistence.Key{Provider: rec.Provider, ID: rec.ID}
	if m.DryRun {
		return m.wouldStore(rec, there)
	}
	if !known {
		if err := m.store(ctx, rec, there); err != nil {
			return err
		}
	}
	stored, err := m.to.Read(ctx, key)
	if err != nil {
		return fmt.Errorf("reading back: %w", err)
	}
	if !known && !same(stored, rec) {
		return fmt.Errorf("account %s of %s was read back as something else than was stored; it stays where it is", rec.ID, rec.Provider)
	}
	if h, ok := l.(*held); ok {
		return h.remove()
	}
	return errors.Join(l.Unlock(), m.from.Remove(ctx, key)) // of files that nobody else has open
}

// wouldStore returns the error that store would return of a login that is known.
func (m *mover) wouldStore(rec account.Record, there bool) error {
	for _, holder := range m.there {
		if !there && holder.Login().Same(rec.Login()) {
			return &persistence.KnownLoginError{Holder: holder}
		}
	}
	return nil
}

func (m *mover) store(ctx context.Context, rec account.Record, there bool) error {
	if !there {
		return persistence.AddTo(ctx, m.to, rec)
	}
	_, err := m.to.Update(ctx, persistence.Key{Provider: rec.Provider, ID: rec.ID}, func(r *account.Record) { *r = rec })
	return err
}

// same compares accounts but for the revision, which each store gives.
func same(a, b account.Record) bool {
	a.Revision, b.Revision = 0, 0
	first, errA := persistence.EncodeAccount(&a)
	second, errB := persistence.EncodeAccount(&b)
	return errA == nil && errB == nil && bytes.Equal(first, second)
}
