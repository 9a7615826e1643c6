package actors

import (
	"context"
	"errors"
	"slices"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// lane is what the persister has to do for one account. One thing at a time
// is under way (busy), on a goroutine; the rest waits here.
type lane struct {
	key messages.Key
	// saves wait to become one write; urgent once one of them is not lazy.
	saves  []*messages.SaveAccount
	urgent bool
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
	// deleted is set when the account was while something was under way.
	deleted bool
	// queued is set while the lane waits for a free writer.
	queued bool
}

// wantsWrite reports whether something is to be written now.
func (l *lane) wantsWrite() bool { return l.commit != nil || l.urgent }

// empty reports whether the lane can be forgotten.
func (l *lane) empty() bool {
	return !l.busy && l.lock == nil && l.begin == nil && l.commit == nil && l.look == nil && len(l.saves) == 0
}

// written is what one write of a lane came to.
type written struct {
	lane   *lane
	saves  []*messages.SaveAccount
	commit *messages.CommitRefresh
	// look is told what is stored; there is nothing to write then.
	look   messages.Recipient
	record account.Record
	err    error
}

// take moves what waits into one write. A commit is written alone, so that
// who replays the changes that still wait applies none of them twice.
func (l *lane) take() *written {
	l.queued, l.busy = false, true
	if commit := l.commit; commit != nil {
		l.commit = nil
		return &written{lane: l, commit: commit}
	}
	if l.look != nil && !l.wantsWrite() {
		w := &written{lane: l, look: l.look}
		l.look = nil
		return w
	}
	w := &written{lane: l, saves: l.saves}
	l.saves, l.urgent = nil, false
	return w
}

// run writes, or looks; on a goroutine of the persister's.
func (w *written) run(store persistence.Store) {
	key := persistence.Key(w.lane.key)
	switch {
	case w.look != nil:
		w.record, w.err = store.Read(context.Background(), key)
	case w.lane.lock != nil:
		w.record, w.err = w.lane.lock.Update(context.Background(), w.mutate)
	default:
		w.record, w.err = store.Update(context.Background(), key, w.mutate)
	}
}

func (w *written) mutate(r *account.Record) {
	if w.commit != nil {
		applyCommit(r, w.commit)
	}
	for _, s := range w.saves {
		s.Mutate(r)
	}
}

// answer tells everybody whose change was in the write, or who wanted a look.
// An account that cannot be read is met again by whoever writes it.
func (w *written) answer() {
	switch {
	case w.look == nil:
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
	if w.commit != nil {
		w.commit.ReplyTo.Tell(&messages.RefreshCommitted{Commit: w.commit, Record: w.record, Err: w.err})
	}
	if len(w.saves) > 0 {
		w.saves[0].ReplyTo.Tell(&messages.AccountSaved{Saves: w.saves, Record: w.record, Err: w.err})
	}
}

// unheard reports whether nobody can be told when the write fails who would
// take it into account.
func (w *written) unheard() bool {
	return w.commit != nil || slices.ContainsFunc(w.saves, func(s *messages.SaveAccount) bool { return s.Acknowledge == nil })
}

// fail answers everybody who waits with err.
func (l *lane) fail(err error) {
	if l.begin != nil {
		l.begin.ReplyTo.Tell(&messages.RefreshDenied{Err: err})
	}
	for l.commit != nil || len(l.saves) > 0 {
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

// applyCommit gives r what came of a refresh, unless r has a newer login since.
func applyCommit(r *account.Record, m *messages.CommitRefresh) {
	older := r.Generation < m.Generation // a copy that was put back meanwhile
	switch {
	case !older && !slices.Contains(m.Spent, r.Credentials.RefreshToken.Fingerprint()):
	case m.Fault == nil:
		r.Generation = max(r.Generation, m.Generation)
		r.Apply(m.Grant)
	case r.Generation == m.Generation:
		r.Fail(*m.Fault)
	}
}
