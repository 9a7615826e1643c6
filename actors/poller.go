package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/seed-810f1486/multiaccount/messages"
)

const (
	// pollStep is how often a poller looks whose figures are old.
	pollStep = 15 * time.Second
	// pollsAtOnce is how many accounts are asked about at once.
	pollsAtOnce = 3
	// roundLasts is when a round that has not ended is given up.
	roundLasts = time.Minute
)

// poller has accounts asked about whose figures are old: all when it starts,
// and then for as long as the pool is in use.
type poller struct {
	*pool
	self *ref
	// interval is 0 while nobody is asked about.
	interval time.Duration
	timer    *time.Timer

	waiting []messages.Recipient
	running int
	// before is since when figures are old, began when the round under way
	// began; zero when there is none.
	before, began time.Time
	// again is set after the first round.
	again bool
}

// pollTick is what a poller tells itself when it is to look.
type pollTick struct{}

func (p *poller) started(actor.Context) { p.tick(firstLook) }

func (p *poller) stopped() {
	if p.timer != nil {
		p.timer.Stop()
	}
}

func (p *poller) receive(_ actor.Context, message any) {
	switch m := message.(type) {
	case *pollTick:
		if p.interval > 0 {
			p.look(p.wallNow())
			p.tick(pollStep)
		}
	case *reconfigure:
		p.reconfigure(m.config.PollInterval)
	case *messages.AccountsStale:
		p.waiting = m.Accounts
		p.next()
	case *messages.UsagePolled:
		p.running = max(0, p.running-1)
		p.next()
	}
}

// tick comes back after d and up to as much again, so that processes started
// together do not ask together.
func (p *poller) tick(d time.Duration) {
	p.stopped() // there is one tick at a time, also after a change of settings
	if p.interval == 0 {
		return
	}
	wait := d + time.Duration(p.jitter()*float64(d))
	p.timer = time.AfterFunc(wait, func() { p.self.Tell(&pollTick{}) })
}

// look asks whose figures are old, unless a round is under way.
func (p *poller) look(now time.Time) {
	if now.Sub(p.began).Abs() < roundLasts {
		return
	}
	ask := &messages.GetStale{Before: now.Add(-p.interval), ReplyTo: p.self}
	if p.again {
		ask.UsedSince = ask.Before
	}
	p.again = true
	p.began, p.before, p.running = now, ask.Before, 0
	p.supervisor.Tell(ask)
}

// next has some of those that wait asked about.
func (p *poller) next() {
	for p.running < pollsAtOnce && len(p.waiting) > 0 {
		to := p.waiting[0]
		p.waiting = p.waiting[1:]
		p.running++
		to.Tell(&messages.PollUsage{Before: p.before, ReplyTo: p.self})
	}
	if p.running == 0 {
		p.began = time.Time{}
	}
}
