package accountactor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// figuresDelay is how long the last use and usage figures wait to be stored,
// unless another change of the account takes them along. They change with each
// request, and a crash that loses some costs nothing but a good choice.
const figuresDelay = 30 * time.Second

// figures are an account's last use and usage figures that the store was not
// told of yet.
type figures struct {
	// save stores the latest of them. It is replaced by none and told once.
	save  *messages.SaveAccount
	timer runtime.Timer
}

// figuresDue is what an account tells itself when figures have waited long enough.
type figuresDue struct{}

// note changes the last use and usage figures in the record in use, and has
// them stored later. However often they change meanwhile, one save waits.
func (a *actor) note(mutate func(*account.Record)) {
	save := a.figuresSave()
	a.use(func(r *account.Record) {
		mutate(r)
		r.LastUsedAt = shared.Later(r.LastUsedAt, a.lastUsed.Time())
	})
	latest, now := a.record, a.Now()
	save.Mutate = func(r *account.Record) { policy.TakeFigures(r, latest, now) }
	a.announce()
}

// figuresSave returns the save that waits, which is this actor's until it is told.
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

// storeFigures tells the store of the figures that wait. Lazy ones become one
// write with the change that comes next.
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
