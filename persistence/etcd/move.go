package etcd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// Moved tells what [Move] did, or would do, with one provider's accounts.
type Moved struct {
	Provider string `json:"provider"`
	// Accounts is how many were moved.
	Accounts int `json:"accounts"`
	// Known is how many of them the other store had already, with a login that is at
	// least as new. Those were not replaced.
	Known int `json:"known"`
	// Left are those that stay, with the reason.
	Left []string `json:"left,omitempty"`
}

// Move moves the accounts of a provider from one store to another, one by one:
// each is stored, read back and compared before it is removed from where it was. So
// no account is lost, and a move that was cut short is completed by calling it again.
// An account whose login the other store has under another id stays.
// Nobody else may use the accounts of from meanwhile: two stores that renew one
// login end it. With dry set nothing is changed.
func Move(ctx context.Context, from, to persistence.Store, provider string, dry bool) (Moved, error) {
	done := Moved{Provider: provider}
	snap, err := from.Load(ctx, provider)
	if err != nil {
		return done, err
	}
	for _, q := range snap.Quarantined {
		done.Left = append(done.Left, q.ID+": "+q.Reason)
	}
	for _, rec := range snap.Accounts {
		if err := done.move(ctx, from, to, rec, dry); err != nil {
			return done, err
		}
	}
	if !dry {
		err = movePool(ctx, to, provider, snap.Pool)
	}
	return done, err
}

func (m *Moved) move(ctx context.Context, from, to persistence.Store, rec account.Record, dry bool) error {
	key := persistence.Key{Provider: rec.Provider, ID: rec.ID}
	rec, unfinished, err := settled(ctx, from, key)
	if err != nil {
		return err
	}
	if unfinished {
		m.Left = append(m.Left, rec.ID+": a refresh of it has not ended; use it once where it is, and move it then")
		return nil
	}
	there, err := to.Read(ctx, key)
	known := err == nil && there.Generation >= rec.Generation
	if err != nil && !errors.Is(err, persistence.ErrNotFound) {
		return err
	}
	if !dry {
		err := transfer(ctx, from, to, rec, err == nil, known)
		if twice, ok := errors.AsType[*persistence.KnownLoginError](err); ok {
			m.Left = append(m.Left, rec.ID+": where it would go, "+twice.Error()+"; remove one of the two")
			return nil
		}
		if err != nil {
			return err
		}
	}
	m.Accounts++
	if known {
		m.Known++
	}
	return nil
}

// settled reads an account, and whether an exchange of it has not ended.
func settled(ctx context.Context, from persistence.Store, key persistence.Key) (rec account.Record, unfinished bool, err error) {
	l, err := from.Lock(ctx, key)
	if err != nil {
		return account.Record{}, false, err
	}
	defer func() { err = errors.Join(err, l.Unlock()) }()
	i, err := l.Intent()
	return l.Record(), i != nil, err
}

// transfer stores an account, reads it back, and removes it from where it was.
func transfer(ctx context.Context, from, to persistence.Store, rec account.Record, there, known bool) error {
	key := persistence.Key{Provider: rec.Provider, ID: rec.ID}
	var err error
	switch {
	case known:
	case there:
		_, err = to.Update(ctx, key, func(r *account.Record) { *r = rec })
	default:
		err = persistence.AddTo(ctx, to, rec)
	}
	if err != nil {
		return err
	}
	stored, err := to.Read(ctx, key)
	if err != nil {
		return fmt.Errorf("reading back: %w", err)
	}
	if !known && !same(stored, rec) {
		return fmt.Errorf("account %s of %s was read back as something else than was stored; it stays where it is", rec.ID, rec.Provider)
	}
	return from.Remove(ctx, key)
}

// same compares accounts but for the revision, which each store gives.
func same(a, b account.Record) bool {
	a.Revision, b.Revision = 0, 0
	first, errA := persistence.EncodeAccount(&a)
	second, errB := persistence.EncodeAccount(&b)
	return errA == nil && errB == nil && bytes.Equal(first, second)
}

// movePool merges the state of a pool into that of the other store, whose values come
// first.
func movePool(ctx context.Context, to persistence.Store, provider string, from persistence.PoolState) error {
	_, err := to.UpdatePool(ctx, provider, func(p *persistence.PoolState) {
		if p.Active == "" {
			p.Active = from.Active
		}
		if p.PinnedAt.IsZero() {
			p.Pinned, p.PinnedAt = from.Pinned, from.PinnedAt
		}
		if p.ImportedAt.IsZero() {
			p.ImportedAt = from.ImportedAt
		}
		p.Bindings, p.Owned, p.Alerts = joined(from.Bindings, p.Bindings), joined(from.Owned, p.Owned), joined(from.Alerts, p.Alerts)
		p.Limits, p.Freed = slices.Concat(p.Limits, from.Limits), slices.Concat(p.Freed, from.Freed)
	})
	return err
}

func joined[V any](weak, strong map[string]V) map[string]V {
	all := maps.Clone(weak)
	if all == nil {
		return strong
	}
	maps.Copy(all, strong)
	return all
}
