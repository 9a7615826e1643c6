package accountactor

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// Waits before a failed save is tried again.
const (
	saveRetry     = time.Second
	saveRetryMost = 30 * time.Second
)

// unsaved holds an account's changes that may not be durable yet.
type unsaved struct {
	// stored is the latest record known to be stored. Every pending change is
	// applied on top of it.
	stored *account.Record
	// pending are all changes, oldest first; failed are those of them that wait to
	// be tried again.
	pending, failed []*messages.SaveAccount
	failures        int
	// reason says why the last save failed; empty when it succeeded.
	reason string
	timer  runtime.Timer
	// figures is one of pending that was not sent to the writer yet.
	figures figures
}

// retrySaves is a message of the account to itself when failed saves are due.
type retrySaves struct{}

// apply changes the record in use and saves the change. acknowledge, when set, is
// called once with the result. A change without it is retried until it is stored.
func (a *actor) apply(mutate func(*account.Record), lazy bool, acknowledge func(error)) {
	a.submit(mutate, lazy, acknowledge)
	a.use(mutate)
	a.announce()
}

// use changes only the record in use.
func (a *actor) use(mutate func(*account.Record)) {
	next := *a.record
	mutate(&next)
	a.record = &next
}

func (a *actor) submit(mutate func(*account.Record), lazy bool, acknowledge func(error)) {
	a.storeFigures(true)
	save := &messages.SaveAccount{Key: a.key(), Mutate: mutate, Lazy: lazy, ReplyTo: a.self, Acknowledge: acknowledge}
	a.remember(save)
	a.Writer.Tell(save)
}

// remember adds a save to the pending ones. Call it before the record in use is
// changed.
func (a *actor) remember(save *messages.SaveAccount) {
	if a.unsaved == nil {
		a.unsaved = &unsaved{stored: a.record}
	}
	a.unsaved.pending = append(a.unsaved.pending, save)
}

// saved takes over what is durable now.
func (a *actor) saved(m *messages.AccountSaved) {
	if m.Err != nil {
		a.saveFailed(m)
		return
	}
	a.forget(m.Saves)
	a.adopt(m.Record)
	for _, s := range m.Saves {
		acknowledge(s, nil)
	}
	if a.loading {
		a.loading = false
		a.serveWaiters()
	}
}

// adopt makes the stored record, with the pending changes on top, the record in
// use. A record older than the one known to be stored was read before that write
// and arrives late.
func (a *actor) adopt(record account.Record) {
	if record.OlderThan(a.stored()) {
		a.restoreLogin(&record)
		return
	}
	a.rebase(record)
}

// restoreLogin stores the known login again after somebody put an older copy of
// the file in its place: the refresh token in that copy has been spent.
func (a *actor) restoreLogin(older *account.Record) {
	if known := a.stored(); older.Generation < known.Generation {
		a.submit(func(r *account.Record) { r.Heal(known) }, false, nil)
	}
}

// stored returns the latest record known to be stored.
func (a *actor) stored() *account.Record {
	if a.unsaved != nil {
		return a.unsaved.stored
	}
	return a.record
}

func (a *actor) rebase(record account.Record) {
	if a.unsaved != nil {
		stored := record
		a.unsaved.stored = &stored
		for _, s := range a.unsaved.pending {
			s.Mutate(&record)
		}
	}
	a.record = &record
	a.announce()
}

// accountStored takes over a record that somebody, perhaps another process,
// stored.
func (a *actor) accountStored(m *messages.AccountStored) {
	if a.loading {
		return
	}
	if m.Record.OlderThan(a.stored()) {
		a.restoreLogin(&m.Record)
		return
	}
	old := a.record
	a.rebase(m.Record)
	a.publishDifferences(old)
	if a.record.Generation > old.Generation && !a.refresh.running {
		a.refreshSucceeded(true)
	} else if len(a.waiters) > 0 && !a.needsRefresh(a.Now()) {
		a.serveWaiters()
	}
}

// forget drops saves that are durable or given up.
func (a *actor) forget(saves []*messages.SaveAccount) {
	u := a.unsaved
	if u == nil {
		return
	}
	u.pending = slices.DeleteFunc(u.pending, func(s *messages.SaveAccount) bool { return slices.Contains(saves, s) })
	if len(u.pending) == 0 {
		u.timer.Stop()
		a.unsaved = nil
	}
}

// saveFailed gives up the changes that somebody waits for, and keeps the others
// to try them again. The failed write may have been made all the same: the
// account is read again as soon as that works.
func (a *actor) saveFailed(m *messages.AccountSaved) {
	if m.Unreadable != nil {
		a.Supervisor.Tell(m.Unreadable)
	}
	reread := &messages.SaveAccount{
		Key: a.key(), Mutate: func(*account.Record) {}, ReplyTo: a.self, Acknowledge: func(error) {},
	}
	a.remember(reread)
	var kept, dropped []*messages.SaveAccount
	for _, s := range m.Saves {
		if s.Acknowledge == nil && !m.Gone {
			kept = append(kept, s)
		} else {
			dropped = append(dropped, s)
		}
	}
	if m.Gone {
		a.undo(append(dropped, reread), m.Err)
		return
	}
	a.undo(dropped, m.Err)
	a.retryLater(append(kept, reread), m.Err)
}

// undo removes changes from the record in use, and tells those who wait for them.
func (a *actor) undo(saves []*messages.SaveAccount, err error) {
	stored := *a.unsaved.stored
	a.forget(saves)
	a.rebase(stored)
	for _, s := range saves {
		acknowledge(s, err)
	}
}

func (a *actor) retryLater(saves []*messages.SaveAccount, err error) {
	u := a.unsaved
	if u.reason == "" {
		a.Publish(event.SaveFailed{Occurrence: a.occurrence(), Reason: err.Error()})
	}
	u.reason = err.Error()
	u.failed = append(u.failed, saves...)
	if !u.timer.IsSet() {
		u.failures++
		u.timer.Set(a.self, policy.Backoff(u.failures, saveRetry, saveRetryMost, a.Jitter()), &retrySaves{})
	}
}

func (a *actor) retrySaves() {
	if a.unsaved == nil {
		return
	}
	failed := a.unsaved.failed
	a.unsaved.failed = nil
	for _, s := range failed {
		a.Writer.Tell(s)
	}
}

func (a *actor) unsavedReason() string {
	if a.unsaved == nil {
		return ""
	}
	return a.unsaved.reason
}

// giveUpSaves answers all who wait for a change. The writer gets what could not
// be stored, for a last try.
func (a *actor) giveUpSaves(err error) {
	if a.unsaved == nil {
		return
	}
	a.storeFigures(false)
	a.unsaved.timer.Stop()
	for _, s := range a.unsaved.failed {
		a.Writer.Tell(s)
	}
	for _, s := range a.unsaved.pending {
		acknowledge(s, err)
	}
}

func acknowledge(s *messages.SaveAccount, err error) {
	if s.Acknowledge != nil {
		s.Acknowledge(err)
	}
}
