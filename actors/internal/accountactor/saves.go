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

// unsaved are an account's changes that are not known to be durable.
type unsaved struct {
	// stored is the account as it was stored last; every pending change is
	// made on top of it.
	stored *account.Record
	// pending are all of them, oldest first; failed those among them that
	// wait for another try.
	pending, failed []*messages.SaveAccount
	failures        int
	// reason says why the last save failed; empty when it did not.
	reason string
	timer  runtime.Timer
	// figures are among pending; nobody was told of them yet.
	figures figures
}

// retrySaves is what an account tells itself when failed saves are due.
type retrySaves struct{}

// apply changes the record and has the change stored. acknowledge, when set,
// is told once; a change without it is tried until it is stored.
func (a *actor) apply(mutate func(*account.Record), lazy bool, acknowledge func(error)) {
	a.submit(mutate, lazy, acknowledge)
	a.use(mutate)
	a.announce()
}

// use changes the record in use alone.
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

// remember must come before the change is made in the record in use.
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

// adopt makes what is stored, with the changes that are still pending, the
// record in use. What is older than what is known to be stored was read
// before, and comes late.
func (a *actor) adopt(record account.Record) {
	if record.OlderThan(a.stored()) {
		a.heal(&record)
		return
	}
	a.rebase(record)
}

// heal has the login stored again that is known, after an older copy of the
// file was put in its place: that one's refresh token has been spent.
func (a *actor) heal(older *account.Record) {
	if known := a.stored(); older.Generation < known.Generation {
		a.submit(func(r *account.Record) { r.Heal(known) }, false, nil)
	}
}

// stored is the latest record known to be stored.
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

// lookAt takes over what somebody, perhaps another process, has stored.
func (a *actor) lookAt(m *messages.AccountStored) {
	if a.loading {
		return
	}
	if m.Record.OlderThan(a.stored()) {
		a.heal(&m.Record)
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

// forget drops what is durable, or given up.
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

// saveFailed gives up the changes that somebody waits for, and keeps the
// others for another try. Whether they are stored all the same is not known:
// reading the account again, as soon as that works, tells.
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

// undo takes changes out of the record in use, and tells who waits for them.
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

// giveUpSaves answers whoever waits for a change. What could not be stored is
// left to the store for a last try.
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
