package actors

import (
	"errors"
	"fmt"
	"slices"
	"time"

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

// park lets an ask wait. What it has tried already counts no more after a wait.
func (s *supervisor) park(p parkedAsk, retryAt time.Time) {
	p.ask.Exclude = nil
	s.parked = append(s.parked, p)
	s.wakeAt(retryAt)
}

// failParked ends all waiting.
func (s *supervisor) failParked(err error) {
	for _, p := range s.parked {
		p.ask.Fail(err)
	}
	s.parked = nil
}

// serveParked gives those that wait what there is now, the oldest first.
func (s *supervisor) serveParked(now time.Time) {
	if len(s.parked) == 0 {
		return
	}
	var inVain []string // models that no account serves now
	var next time.Time
	s.parked = slices.DeleteFunc(s.parked, func(p parkedAsk) bool {
		if p.ask.Lease.Reply.Abandoned() {
			return true
		}
		if now.Before(p.deadline) && slices.Contains(inVain, p.ask.Model) {
			return false
		}
		before := p.ask.Waited
		p.ask.Waited += now.Sub(p.since)
		retryAt, parked := s.place(p.ask, now, p.deadline)
		if parked {
			p.ask.Waited = before
			if !p.ask.ForOwn {
				inVain = append(inVain, p.ask.Model)
			}
			next = earlier(next, retryAt)
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
	if s.wakeup != nil {
		s.wakeup.Stop()
		t = earlier(t, s.wakeTime)
	}
	s.wakeTime = t
	s.wakeup = time.AfterFunc(t.Sub(s.wallNow()), func() { s.self.Tell(&wokenUp{}) })
}

// earlier returns the first of two moments; zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || (b.Before(a) && !b.IsZero()) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// refuse answers an ask that no account serves now, or says until when it may
// wait: for its conversation's account, for a free place or a probe until its deadline, for a reset when that
// is no later.
func (s *supervisor) refuse(m *messages.SelectAccount, c policy.Choice, deadline time.Time) (retryAt time.Time, parked bool) {
	retryAt = c.RetryAt.Time()
	waits := !s.noneWorks() && s.wallNow().Before(deadline)
	switch {
	case c.Reason == policy.OwnLimited: // in time, as the policy has seen
		return retryAt, true
	case waits && (c.Reason == policy.AllBusy || c.Reason == policy.PinBusy || c.Reason == policy.AllLimited && c.Probing):
		return earlier(deadline, retryAt), true
	case waits && c.Reason == policy.AllLimited && !retryAt.IsZero() && !retryAt.After(deadline):
		return retryAt, true
	}
	s.tellRefused(m, c) // before the answer: m is its asker's again then
	if c.Reason == policy.Panicked {
		s.system.log.Error().Str("provider", s.provider.Name()).Msg(errStrategyPanicked.Error())
		m.Fail(errStrategyPanicked)
		return time.Time{}, false
	}
	m.Fail(s.refusal(m, c))
	return time.Time{}, false
}

// noneWorks reports whether every account that is switched on needs its owner.
func (s *supervisor) noneWorks() bool {
	return !slices.ContainsFunc(s.order, func(m *member) bool { return m.record.Eligible() && m.record.Fault == nil })
}

// refusal says why no account serves m.
func (s *supervisor) refusal(m *messages.SelectAccount, c policy.Choice) *messages.RefusalError {
	switch c.Reason {
	case policy.PinUnknown, policy.PinUnusable, policy.PinBusy:
		return s.pinRefusal(m)
	case policy.NoAccounts:
		return &messages.RefusalError{Reason: messages.RefusedEmpty, Detail: "the pool has no accounts; add one"}
	case policy.Declined:
		return &messages.RefusalError{Reason: messages.RefusedEmpty, Detail: "the host's strategy picked none of the usable accounts"}
	default:
	}
	if s.noneWorks() {
		return s.loginRefusal()
	}
	refusal := &messages.RefusalError{
		Reason: messages.RefusedLimited, Detail: "every account is limited or busy",
		RetryAt: c.RetryAt.Time(), Accounts: s.lines(m.Model),
	}
	if c.Reason == policy.AllTried {
		refusal.Reason, refusal.Detail = messages.RefusedTried, "every usable account has been tried"
	}
	return refusal
}

// loginRefusal names the first account whose owner can help.
func (s *supervisor) loginRefusal() *messages.RefusalError {
	for _, m := range s.order {
		if f := m.record.Fault; f != nil && m.record.Enabled {
			return &messages.RefusalError{
				Reason: messages.RefusedLogin, AccountID: m.record.ID, RetryAt: m.triedAt(), Detail: f.Reason + "; log in again",
			}
		}
	}
	return &messages.RefusalError{
		Reason: messages.RefusedEmpty, Detail: fmt.Sprintf("all %d accounts are switched off; enable one", len(s.order)),
	}
}

// triedAt is when a login with a fault is tried once more; zero when that is
// left to its owner.
func (m *member) triedAt() time.Time {
	if m.record.Refused() {
		return time.Time{}
	}
	return m.notBefore
}

func (s *supervisor) pinRefusal(m *messages.SelectAccount) *messages.RefusalError {
	pinned := s.byID[m.Pin]
	if pinned == nil {
		return &messages.RefusalError{
			Reason: messages.RefusedPin, AccountID: m.Pin, PinnedFor: m.PinnedFor, ByOwner: m.ByOwner, Detail: "the pool has no account of this id",
		}
	}
	line := s.line(pinned, m.Model)
	return &messages.RefusalError{
		Reason: messages.RefusedPin, AccountID: m.Pin, PinnedFor: m.PinnedFor, ByOwner: m.ByOwner, RetryAt: line.Until, Detail: line.Reason,
	}
}

// lines says of each account why it does not serve.
func (s *supervisor) lines(model string) []messages.RefusedAccount {
	lines := make([]messages.RefusedAccount, 0, min(len(s.order), refusedLines))
	for _, m := range s.order[:min(len(s.order), refusedLines)] {
		lines = append(lines, s.line(m, model))
	}
	return lines
}

func (s *supervisor) line(m *member, model string) messages.RefusedAccount {
	r := m.record
	line := messages.RefusedAccount{ID: r.ID, Label: r.DisplayLabel()}
	switch {
	case !r.Enabled:
		line.Reason, line.Owner = "switched off", true
		return line
	case r.Fault != nil:
		line.Reason, line.Until, line.Owner = r.Fault.Reason+"; log in again", m.triedAt(), true
		return line
	}
	for _, l := range policy.InEffect(r.Limits, *s.tuning.Load()) {
		if l.Limits(model) && l.Until.After(line.Until) {
			line.Reason, line.Until, line.Owner = "limited ("+l.Why()+")", l.Until, l.Owner
		}
	}
	switch {
	case m.notBefore.After(line.Until):
		line.Reason, line.Until, line.Owner = "its token could not be refreshed ("+m.refreshFailed+")", m.notBefore, false
	case line.Reason == "":
		line.Reason = "as many requests in flight as it may have, or tried already"
	}
	return line
}
