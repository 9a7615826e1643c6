package writer

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// change is a write that waits in an account's lane.
type change interface {
	// store makes the change durable. It runs on a goroutine of the writer.
	store(ctx context.Context, store persistence.Store, l *lane) (account.Record, error)
	// answer tells the sender what store returned.
	answer(record account.Record, err error)
}

// saves are changes of the record that came directly one after the other. One
// write stores them all.
type saves struct{ all []*messages.SaveAccount }

// save merges m with the saves before it. Other changes that wait keep their
// place.
func (l *lane) save(m *messages.SaveAccount) {
	if n := len(l.waiting); n > 0 {
		if last, ok := l.waiting[n-1].(*saves); ok {
			last.all = append(last.all, m)
			return
		}
	}
	l.waiting = append(l.waiting, &saves{all: []*messages.SaveAccount{m}})
}

func (c *saves) store(ctx context.Context, store persistence.Store, l *lane) (account.Record, error) {
	return l.update(ctx, store, func(r *account.Record) {
		for _, s := range c.all {
			s.Mutate(r)
		}
	})
}

func (c *saves) answer(record account.Record, err error) {
	c.all[0].ReplyTo.Tell(&messages.AccountSaved{
		Saves: c.all, Record: record, Err: err, Gone: errors.Is(err, persistence.ErrNotFound), Unreadable: unreadableFrom(err),
	})
}

// unheard reports whether nobody waits for one of the saves.
func (c *saves) unheard() bool {
	return slices.ContainsFunc(c.all, func(s *messages.SaveAccount) bool { return s.Acknowledge == nil })
}

// deletion removes an account. The store takes the account's lock for that, so a
// deletion waits until the lane holds no lock.
type deletion struct{ *messages.DeleteAccount }

func (c *deletion) store(ctx context.Context, store persistence.Store, _ *lane) (account.Record, error) {
	return account.Record{}, store.Remove(ctx, persistence.Key(c.Key))
}

func (c *deletion) answer(_ account.Record, err error) {
	c.ReplyTo.Tell(&messages.AccountRemoved{ID: c.Key.ID, Err: err})
}

// discarding deletes the quarantined files of an account. As with a deletion, the
// store takes the account's lock for that.
type discarding struct{ *messages.DiscardQuarantined }

func (c *discarding) store(ctx context.Context, store persistence.Store, _ *lane) (account.Record, error) {
	from, ok := store.(persistence.Discarder)
	if !ok {
		return account.Record{}, fmt.Errorf("this store cannot delete quarantined files: %w", errors.ErrUnsupported)
	}
	return account.Record{}, from.Discard(ctx, persistence.Key(c.Key))
}

func (c *discarding) answer(_ account.Record, err error) {
	c.ReplyTo.Tell(&messages.QuarantineDiscarded{Discard: c.DiscardQuarantined, Err: err})
}
