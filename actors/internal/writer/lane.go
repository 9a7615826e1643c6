package writer

import (
	"context"
	"errors"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// lane is what the writer has to do for one account. One thing at a time
// is under way (busy), on a goroutine; the rest waits here.
type lane struct {
	key messages.Key
	// waiting are the changes to be stored, in the order they came; urgent once
	// one of them is not lazy, until all of them are taken.
	waiting []change
	urgent  bool
	// begin is the refresh that comes next, commit waits for its turn to be
	// written.
	begin  *messages.BeginRefresh
	commit *messages.CommitRefresh
	// giveUp ends the wait for the account's lock.
	giveUp context.CancelFunc
	// lock is held while a refresh is under way; ended is set when it is to
	// be given back, settled when the intent goes with it.
	lock    persistence.Locked
	ended   bool
	settled bool
	// spending is the intent of the exchange under way; leave, when set, is to
	// be stored in its place.
	spending *spending
	leave    *account.Intent
	busy     bool
	// look is who wants to know what is stored; nil when nobody does. It waits
	// until every write before it is answered, so that what is read holds no
	// change that the account still counts as pending.
	look messages.Recipient
	// queued is set while the lane waits for a free writer.
	queued bool
}

// wantsWrite reports whether something can be written now.
func (l *lane) wantsWrite() bool { return l.commit != nil || l.urgent && !l.heldBack() }

// heldBack reports whether the next change has to wait until the refresh under
// way has given the lock back.
func (l *lane) heldBack() bool {
	switch l.waiting[0].(type) {
	case *deletion, *discarding:
		return l.lock != nil
	}
	return false
}

// empty reports whether the lane can be forgotten.
func (l *lane) empty() bool {
	return !l.busy && l.lock == nil && l.begin == nil && l.commit == nil && l.look == nil && len(l.waiting) == 0
}

// update changes the stored account, under the lock of the refresh under way
// when there is one. On a goroutine of the writer's. What fails for an account
// that is gone has failed for that reason.
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

// written is what one write of a lane came to: of a commit, of a change, or of
// neither when somebody only looks.
type written struct {
	lane   *lane
	commit *messages.CommitRefresh
	change change
	// look is told what is stored.
	look   messages.Recipient
	record account.Record
	err    error
}

// take moves what waits into one write. A commit is written alone, so that
// who replays the changes that still wait applies none of them twice.
func (l *lane) take() *written {
	l.queued, l.busy = false, true
	w := &written{lane: l}
	switch {
	case l.commit != nil:
		w.commit, l.commit = l.commit, nil
	case l.look != nil && !l.wantsWrite():
		w.look, l.look = l.look, nil
	default:
		w.change, l.waiting = l.waiting[0], l.waiting[1:]
		l.urgent = l.urgent && len(l.waiting) > 0
	}
	return w
}

// run writes, or looks, until ctx ends with the system; on a goroutine of the
// writer's.
func (w *written) run(ctx context.Context, store persistence.Store) {
	switch {
	case w.commit != nil:
		w.record, w.err = w.lane.update(ctx, store, func(r *account.Record) { w.commit.Apply(r) })
	case w.look != nil:
		w.record, w.err = store.Read(ctx, persistence.Key(w.lane.key))
	default:
		w.record, w.err = w.change.store(ctx, store, w.lane)
	}
}

// answer tells everybody whose change was in the write, or who wanted a look.
// An account that cannot be read is met again by whoever writes it.
func (w *written) answer() {
	switch {
	case w.commit != nil:
		w.commit.ReplyTo.Tell(&messages.RefreshCommitted{Commit: w.commit, Record: w.record, Err: w.err})
	case w.change != nil:
		w.change.answer(w.record, w.err)
	case w.err == nil:
		w.look.Tell(&messages.AccountStored{Record: w.record})
	case errors.Is(w.err, persistence.ErrNotFound):
		w.look.Tell(&messages.AccountGone{ID: w.lane.key.ID})
	case errors.Is(w.err, persistence.ErrCorrupt): // somebody may be writing it; whoever writes it next tells
	default:
		if unreadable := unreadableFrom(w.err); unreadable != nil {
			w.look.Tell(unreadable)
		}
	}
}

// unheard reports whether nobody can be told when the write fails who would
// take it into account.
func (w *written) unheard() bool {
	saved, ok := w.change.(*saves)
	return w.commit != nil || ok && saved.unheard()
}

// fail answers everybody who waits with err.
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

// settles reports whether the intent goes now that the write has ended: what
// came of the exchange is stored.
func (w *written) settles() bool {
	return w.err == nil && (w.commit.Fault == nil || w.record.Refused())
}
