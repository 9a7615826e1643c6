package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/seed-810f1486/multiaccount/messages"
)

const (
	// firstLook is how long after its start the refresher looks first.
	firstLook = 5 * time.Second
	// atOnce is how many tokens are refreshed ahead of time at once.
	atOnce = 3
)

// refresher refreshes tokens before they end, and at the start those that
// have ended.
type refresher struct {
	*pool
	self *ref
	// config is nil while tokens are refreshed on demand only.
	config *ProactiveConfig
	// due is when the next look is, by the wall clock.
	due   time.Time
	timer *time.Timer

	waiting []messages.Recipient
	running int
	before  time.Time
}

// ticked is what a refresher tells itself.
type ticked struct{}

func (r *refresher) started(actor.Context) {
	r.due = r.wallNow().Add(r.spread(firstLook))
	r.tick()
}

func (r *refresher) stopped() {
	if r.timer != nil {
		r.timer.Stop()
	}
}

func (r *refresher) receive(_ actor.Context, message any) {
	switch m := message.(type) {
	case *ticked:
		if r.config != nil {
			r.look(r.wallNow())
			r.tick()
		}
	case *reconfigure:
		r.reconfigure(m.config.Proactive)
	case *messages.AccountsExpiring:
		r.waiting = m.Accounts
		r.next()
	case *messages.TokenRefreshed:
		r.running = max(0, r.running-1)
		r.next()
	}
}

// tick comes back when the next look is due, or to read the clock again.
func (r *refresher) tick() {
	r.stopped() // there is one tick at a time, also after a change of settings
	if r.config == nil {
		return
	}
	wait := min(r.due.Sub(r.wallNow()), clockStep)
	r.timer = time.AfterFunc(wait, func() { r.self.Tell(&ticked{}) })
}

// look asks which accounts are due; a round that has not ended by then is
// given up. A clock that was set back does not put it off.
func (r *refresher) look(now time.Time) {
	if now.Before(r.due) && r.due.Sub(now) <= r.config.Interval {
		return
	}
	r.due = now.Add(r.spread(r.config.Interval))
	r.running = 0
	r.before = now.Add(r.config.Buffer)
	r.supervisor.Tell(&messages.GetExpiring{Before: r.before, ReplyTo: r.self})
}

// next refreshes some of those that wait.
func (r *refresher) next() {
	for r.running < atOnce && len(r.waiting) > 0 {
		to := r.waiting[0]
		r.waiting = r.waiting[1:]
		r.running++
		to.Tell(&messages.RefreshAccount{Before: r.before, ReplyTo: r.self})
	}
}

// spread shortens d by up to a tenth, so that processes started together do
// not refresh together.
func (r *refresher) spread(d time.Duration) time.Duration {
	return d - time.Duration(r.jitter()*float64(d)/10)
}
