package supervisor

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// refusedLines bounds how many accounts a refusal lists.
const refusedLines = 100

// errStrategyPanicked answers a request for which the host's strategy panicked.
var errStrategyPanicked = errors.New("the host's strategy panicked; the request is refused")

// parkedAsk is an ask that waits for an account: since when, and until when at
// most.
type parkedAsk struct {
	ask      *messages.SelectAccount
	since    time.Time
	deadline time.Time
}

// waitPlan says how long a parked ask waits before it is tried again.
type waitPlan struct {
	until time.Time
	// forBound is set when only the account of its conversation ends the wait.
	forBound bool
}

// park lets an ask wait, behind those of its priority and of greater ones. After a wait the accounts that it tried before may be
// tried again.
func (s *supervisor) park(p parkedAsk, until time.Time) {
	p.ask.Exclude = nil
	at := len(s.parked)
	for at > 0 && s.parked[at-1].ask.Priority < p.ask.Priority {
		at--
	}
	s.parked = slices.Insert(s.parked, at, p)
	s.wakeAt(until)
}

// failParked answers all parked asks with err.
func (s *supervisor) failParked(err error) {
	for _, p := range s.parked {
		p.ask.Fail(err)
	}
	s.parked = nil
}

// needs is what decides which accounts can serve an ask: asks with the same needs
// succeed or fail together.
type needs struct {
	model string
	kind  account.Kind
	// among are the accounts that may serve, in one text.
	among string
}

func needsOf(ask *messages.SelectAccount) needs {
	return needs{ask.Model, ask.Kind, strings.Join(ask.Among, "/")}
}

// serveParked tries the parked asks again, those of the greatest priority first, the oldest of them before others.
func (s *supervisor) serveParked(now time.Time) {
	if len(s.parked) == 0 {
		return
	}
	var unserved []needs // no account can serve these now
	var next time.Time
	s.parked = slices.DeleteFunc(s.parked, func(p parkedAsk) bool {
		if p.ask.Lease.Reply.Abandoned() {
			return true
		}
		if now.Before(p.deadline) && slices.Contains(unserved, needsOf(p.ask)) {
			return false
		}
		before := p.ask.Waited
		p.ask.Waited += now.Sub(p.since)
		wait, parked := s.trySelect(p.ask, now, p.deadline)
		if parked {
			p.ask.Waited = before
			if !wait.forBound {
				unserved = append(unserved, needsOf(p.ask))
			}
			next = shared.Earlier(next, wait.until)
		}
		return !parked
	})
	s.wakeAt(next)
}

// wakeAt schedules serveParked for t, unless it runs sooner anyway. readClock
// corrects the time when the clock is set meanwhile.
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

// refuse refuses an ask that no account serves now, or says how long it may wait:
// for its conversation's account; until its deadline for a free place or the
// outcome of a probe; for a reset that is no later than the deadline.
func (s *supervisor) refuse(m *messages.SelectAccount, c policy.Choice, deadline time.Time) (wait waitPlan, parked bool) {
	retryAt := c.RetryAt.Time()
	waits := !s.noneWorks(m) && s.Now().Before(deadline)
	switch {
	case c.Reason == policy.OwnLimited: // policy has checked that it ends in time
		return waitPlan{until: retryAt, forBound: true}, true
	case waits && (c.Reason == policy.AllBusy || c.Reason == policy.PinBusy || c.Reason == policy.AllLimited && c.Probing):
		return waitPlan{until: shared.Earlier(deadline, retryAt)}, true
	case waits && c.Reason == policy.AllLimited && !retryAt.IsZero() && !retryAt.After(deadline):
		return waitPlan{until: retryAt}, true
	}
	s.publishRefused(m, c) // before the answer, after which m belongs to its asker again
	if c.Reason == policy.Panicked {
		s.Log.Error().Str("provider", s.Provider.Name()).Msg(errStrategyPanicked.Error())
		m.Fail(errStrategyPanicked)
		return waitPlan{}, false
	}
	m.Fail(s.refusal(m, c))
	return waitPlan{}, false
}
