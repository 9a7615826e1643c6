package supervisor

import (
	"errors"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// refusedLines is how many accounts a refusal names at most.
const refusedLines = 100

// errStrategyPanicked answers the request for which the host's strategy did so.
var errStrategyPanicked = errors.New("the host's strategy panicked; the request is refused")

// parkedAsk waits for an account since a moment, until its deadline.
type parkedAsk struct {
	ask      *messages.SelectAccount
	since    time.Time
	deadline time.Time
}

// delay says until when an ask waits before it is looked at again.
type delay struct {
	until time.Time
	// forOwn is set when it waits for the account of its conversation alone.
	forOwn bool
}

// park lets an ask wait. What it has tried already counts no more after a wait.
func (s *supervisor) park(p parkedAsk, until time.Time) {
	p.ask.Exclude, p.ask.Lease.Parked = nil, true
	s.parked = append(s.parked, p)
	s.wakeAt(until)
}

// failParked ends all waiting.
func (s *supervisor) failParked(err error) {
	for _, p := range s.parked {
		p.ask.Fail(err)
	}
	s.parked = nil
}

// wish is what asks have in common that the same accounts can serve.
type wish struct {
	model string
	kind  account.Kind
}

// serveParked gives those that wait what there is now, the oldest first.
func (s *supervisor) serveParked(now time.Time) {
	if len(s.parked) == 0 {
		return
	}
	var inVain []wish // that no account serves now
	var next time.Time
	s.parked = slices.DeleteFunc(s.parked, func(p parkedAsk) bool {
		if p.ask.Lease.Reply.Abandoned() {
			return true
		}
		if now.Before(p.deadline) && slices.Contains(inVain, wish{p.ask.Model, p.ask.Kind}) {
			return false
		}
		before := p.ask.Waited
		p.ask.Waited += now.Sub(p.since)
		wait, parked := s.place(p.ask, now, p.deadline)
		if parked {
			p.ask.Waited = before
			if !wait.forOwn {
				inVain = append(inVain, wish{p.ask.Model, p.ask.Kind})
			}
			next = shared.Earlier(next, wait.until)
		}
		return !parked
	})
	s.wakeAt(next)
}

// wakeAt has serveParked called at t, unless it is sooner already. When the
// clock is set meanwhile, readClock sees to it.
func (s *supervisor) wakeAt(t time.Time) {
	if len(s.parked) == 0 || t.IsZero() {
		return
	}
	if s.wakeup.IsSet() {
		t = shared.Earlier(t, s.wakeTime)
	}
	s.wakeTime = t
	s.wakeup.Set(s.self, t.Sub(s.Now()), &wokenUp{})
}

// refuse answers an ask that no account serves now, or says until when it may
// wait: for its conversation's account, for a free place or a probe until its deadline, for a reset when that
// is no later.
func (s *supervisor) refuse(m *messages.SelectAccount, c policy.Choice, deadline time.Time) (wait delay, parked bool) {
	retryAt := c.RetryAt.Time()
	waits := !s.noneWorks(m.Kind) && s.Now().Before(deadline)
	switch {
	case c.Reason == policy.OwnLimited: // in time, as the policy has seen
		return delay{until: retryAt, forOwn: true}, true
	case waits && (c.Reason == policy.AllBusy || c.Reason == policy.PinBusy || c.Reason == policy.AllLimited && c.Probing):
		return delay{until: shared.Earlier(deadline, retryAt)}, true
	case waits && c.Reason == policy.AllLimited && !retryAt.IsZero() && !retryAt.After(deadline):
		return delay{until: retryAt}, true
	}
	s.tellRefused(m, c) // before the answer: m is its asker's again then
	if c.Reason == policy.Panicked {
		s.Log.Error().Str("provider", s.Provider.Name()).Msg(errStrategyPanicked.Error())
		m.Fail(errStrategyPanicked)
		return delay{}, false
	}
	m.Fail(s.refusal(m, c))
	return delay{}, false
}
