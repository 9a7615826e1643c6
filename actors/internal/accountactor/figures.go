package accountactor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// figuresDelay is how long the time of the last use and the usage figures wait
// before they are stored. A change that is stored earlier takes them along. They
// change with each request; when a crash loses them, the next choices are less
// good, no more.
const figuresDelay = 30 * time.Second

// figures are the time of the last use and the usage figures that were not sent
// to the writer yet.
type figures struct {
	// save stores the latest of them; nil when none wait. It is sent once.
	save  *messages.SaveAccount
	timer runtime.Timer
}

// figuresDue is a message of the account to itself when [figuresDelay] is over.
type figuresDue struct{}

// noteFigures changes the last use and the usage figures in the record in use,
// and schedules their save. One save waits at a time, however often they change.
func (a *actor) noteFigures(mutate func(*account.Record)) {
	save := a.figuresSave()
	a.use(func(r *account.Record) {
		mutate(r)
		r.LastUsedAt = shared.Later(r.LastUsedAt, a.lastUsed.Time())
	})
	latest, now := a.record, a.Now()
	save.Mutate = func(r *account.Record) { policy.TakeFigures(r, latest, now) }
	a.announce()
}

// figuresSave returns the save that waits. Only this actor uses it until it is
// sent.
func (a *actor) figuresSave() *messages.SaveAccount {
	if a.unsaved != nil && a.unsaved.figures.save != nil {
		return a.unsaved.figures.save
	}
	save := &messages.SaveAccount{Key: a.key(), ReplyTo: a.self}
	a.remember(save)
	a.unsaved.figures.save = save
	a.unsaved.figures.timer.Set(a.self, figuresDelay, &figuresDue{})
	return save
}

// storeFigures sends the waiting figures to the writer. Lazy ones become one
// write with the change that is sent next.
func (a *actor) storeFigures(lazy bool) {
	if a.unsaved == nil || a.unsaved.figures.save == nil {
		return
	}
	save := a.unsaved.figures.save
	a.unsaved.figures.timer.Stop()
	a.unsaved.figures.save = nil
	save.Lazy = lazy
	a.Writer.Tell(save)
}
