package writer

import (
	"context"
	"errors"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// lane holds what the writer has to do for one account. One task runs at a time
// (busy), on a goroutine; the others wait here.
type lane struct {
	key messages.Key
	// waiting are the changes to be stored, in the order in which they came.
	// urgent is set once one of them is not lazy, until all of them are taken.
	waiting []change
	urgent  bool
	// begin is the next refresh; commit waits to be written.
	begin  *messages.BeginRefresh
	commit *messages.CommitRefresh
	// giveUp ends the wait for the account's lock.
	giveUp context.CancelFunc
	// lock is held during a refresh; ended is set when it is to be released,
	// settled when the intent is to be removed with it.
	lock    persistence.Locked
	ended   bool
	settled bool
	// spending is the intent of the exchange under way; leave, when set, is
	// stored in its place.
	spending *spending
	leave    *account.Intent
	busy     bool
	// reader is told what is stored; nil when nobody asked. The read waits until
	// every earlier write is answered, so that its result holds no change that
	// the account still counts as pending.
	reader messages.Recipient
	// queued is set while the lane waits for a free writer.
	queued bool
}

// wantsWrite reports whether something can be written now.
func (l *lane) wantsWrite() bool { return l.commit != nil || l.urgent && !l.heldBack() }

// heldBack reports whether the next change has to wait until the refresh under
// way has released the lock.
func (l *lane) heldBack() bool {
	switch l.waiting[0].(type) {
	case *deletion, *discarding:
		return l.lock != nil
	}
	return false
}

// empty reports whether the lane has nothing to do.
func (l *lane) empty() bool {
	return !l.busy && l.lock == nil && l.begin == nil && l.commit == nil && l.reader == nil && len(l.waiting) == 0
}

// update changes the stored account, under the lock of the refresh under way if
// there is one. It runs on a goroutine of the writer. When the account no longer
// exists, the error says so, whatever failed.
func (l *lane) update(ctx context.Context, store persistence.Store, mutate persistence.Mutation) (record account.Record, err error) {
	key := persistence.Key(l.key)
	if l.lock != nil {
		record, err = l.lock.Update(ctx, mutate)
	} else {
		record, err = store.Update(ctx, key, mutate)
	}
	if err != nil {
		if _, gone := store.Read(ctx, key); errors.Is(gone, persistence.ErrNotFound) {
			err = gone
		}
	}
	return record, err
}

// written is the result of one task of a lane: of a commit, of a change, or of a
// read.
type written struct {
	lane   *lane
	commit *messages.CommitRefresh
	change change
	// reader is told what is stored.
	reader messages.Recipient
	record account.Record
	err    error
}

// take makes the next task of what waits. A commit is written alone: an account
// that applies its pending changes on top of the result then applies none of them
// twice.
func (l *lane) take() *written {
	l.queued, l.busy = false, true
	w := &written{lane: l}
	switch {
	case l.commit != nil:
		w.commit, l.commit = l.commit, nil
	case l.reader != nil && !l.wantsWrite():
		w.reader, l.reader = l.reader, nil
	default:
		w.change, l.waiting = l.waiting[0], l.waiting[1:]
		l.urgent = l.urgent && len(l.waiting) > 0
	}
	return w
}

// run writes or reads, until ctx ends with the system. It runs on a goroutine of
// the writer.
func (w *written) run(ctx context.Context, store persistence.Store) {
	switch {
	case w.commit != nil:
		w.record, w.err = w.lane.update(ctx, store, func(r *account.Record) { w.commit.Apply(r) })
	case w.reader != nil:
		w.record, w.err = store.Read(ctx, persistence.Key(w.lane.key))
	default:
		w.record, w.err = w.change.store(ctx, store, w.lane)
	}
}

// answer tells all senders whose change was written, or who asked to read. A
// corrupt account is reported by the next write to it.
func (w *written) answer() {
	switch {
	case w.commit != nil:
		w.commit.ReplyTo.Tell(&messages.RefreshCommitted{Commit: w.commit, Record: w.record, Err: w.err})
	case w.change != nil:
		w.change.answer(w.record, w.err)
	case w.err == nil:
		w.reader.Tell(&messages.AccountStored{Record: w.record})
	case errors.Is(w.err, persistence.ErrNotFound):
		w.reader.Tell(&messages.AccountGone{ID: w.lane.key.ID})
	case errors.Is(w.err, persistence.ErrCorrupt): // somebody may be writing it now; the next write reports it
	default:
		if unreadable := unreadableFrom(w.err); unreadable != nil {
			w.reader.Tell(unreadable)
		}
	}
}

// unheard reports whether the write failed with changes that no sender waits for.
func (w *written) unheard() bool {
	saved, ok := w.change.(*saves)
	return w.commit != nil || ok && saved.unheard()
}

// fail answers all who wait with err.
func (l *lane) fail(err error) {
	if l.begin != nil {
		l.begin.ReplyTo.Tell(&messages.RefreshDenied{Err: err})
	}
	for l.commit != nil || len(l.waiting) > 0 {
		w := l.take()
		w.err = err
		w.answer()
	}
}

// settles reports whether the intent can be removed after this write: the result
// of the exchange is stored.
func (w *written) settles() bool {
	return w.err == nil && (w.commit.Fault == nil || w.record.Refused())
}
