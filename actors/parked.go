package actors

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
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
			next = earlier(next, wait.until)
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
func (s *supervisor) refuse(m *messages.SelectAccount, c policy.Choice, deadline time.Time) (wait delay, parked bool) {
	retryAt := c.RetryAt.Time()
	waits := !s.noneWorks(m.Kind) && s.wallNow().Before(deadline)
	switch {
	case c.Reason == policy.OwnLimited: // in time, as the policy has seen
		return delay{until: retryAt, forOwn: true}, true
	case waits && (c.Reason == policy.AllBusy || c.Reason == policy.PinBusy || c.Reason == policy.AllLimited && c.Probing):
		return delay{until: earlier(deadline, retryAt)}, true
	case waits && c.Reason == policy.AllLimited && !retryAt.IsZero() && !retryAt.After(deadline):
		return delay{until: retryAt}, true
	}
	s.tellRefused(m, c) // before the answer: m is its asker's again then
	if c.Reason == policy.Panicked {
		s.system.log.Error().Str("provider", s.provider.Name()).Msg(errStrategyPanicked.Error())
		m.Fail(errStrategyPanicked)
		return delay{}, false
	}
	m.Fail(s.refusal(m, c))
	return delay{}, false
}

// noneWorks reports whether every account of the kind that is switched on needs
// its owner.
func (s *supervisor) noneWorks(kind account.Kind) bool {
	return !slices.ContainsFunc(s.order, func(m *member) bool {
		return m.is(kind) && m.record.Eligible() && m.record.Fault == nil
	})
}

// refusal says why no account serves m.
func (s *supervisor) refusal(m *messages.SelectAccount, c policy.Choice) *messages.RefusalError {
	switch c.Reason {
	case policy.PinUnknown, policy.PinUnusable, policy.PinBusy, policy.PinOtherKind:
		return s.pinRefusal(m)
	case policy.NoAccounts:
		return &messages.RefusalError{Reason: messages.RefusedEmpty, Detail: "the pool has no accounts; add one"}
	case policy.NoneOfKind:
		return &messages.RefusalError{
			Reason: messages.RefusedKind, Kind: m.Kind, Detail: "the pool has no " + m.Kind.Noun() + ", and nothing else can serve the request; add one",
		}
	case policy.Declined:
		return &messages.RefusalError{Reason: messages.RefusedEmpty, Detail: "the host's strategy picked none of the usable accounts"}
	default:
	}
	if s.noneWorks(m.Kind) {
		return s.loginRefusal(m.Kind)
	}
	refusal := &messages.RefusalError{
		Reason: messages.RefusedLimited, Detail: "every account is limited or busy",
		RetryAt: c.RetryAt.Time(), Accounts: s.lines(m),
	}
	if c.Reason == policy.AllTried {
		refusal.Reason, refusal.Detail = messages.RefusedTried, "every usable account has been tried"
	}
	return refusal
}

// loginRefusal names the first account of the kind whose owner can help.
func (s *supervisor) loginRefusal(kind account.Kind) *messages.RefusalError {
	for _, m := range s.order {
		if f := m.record.Fault; f != nil && m.record.Enabled && m.is(kind) {
			return &messages.RefusalError{
				Reason: messages.RefusedLogin, AccountID: m.record.ID, RetryAt: m.triedAt(), Detail: f.Reason + "; log in again",
			}
		}
	}
	return &messages.RefusalError{
		Reason: messages.RefusedEmpty, Detail: fmt.Sprintf("all %d %s are switched off; enable one", s.count(kind), nouns(kind)),
	}
}

// nouns returns what people call accounts of a kind; the empty one is any.
func nouns(kind account.Kind) string {
	if kind == "" {
		return "accounts"
	}
	return kind.Noun() + "s"
}

// triedAt is when a login with a fault is tried once more; zero when that is
// left to its owner.
func (m *member) triedAt() time.Time {
	if m.record.Refused() {
		return time.Time{}
	}
	return m.notBefore.Time()
}

func (s *supervisor) pinRefusal(m *messages.SelectAccount) *messages.RefusalError {
	refusal := &messages.RefusalError{
		Reason: messages.RefusedPin, AccountID: m.Lease.Pin, PinnedFor: m.Lease.PinnedFor, ByOwner: m.Lease.PinnedBy == policy.ByOwner,
		Detail: "the pool has no account of this id",
	}
	pinned := s.member(refusal.AccountID)
	if pinned == nil {
		return refusal
	}
	line := s.line(pinned, m.Model)
	if !pinned.is(m.Kind) {
		line.Reason, line.Until = fmt.Sprintf("its kind is %s, and only %ss can serve the request", pinned.record.Kind.Noun(), m.Kind.Noun()), time.Time{}
	}
	refusal.RetryAt, refusal.Detail = line.Until, line.Reason
	return refusal
}

// lines says of each account of the kind why it does not serve.
func (s *supervisor) lines(ask *messages.SelectAccount) []messages.RefusedAccount {
	var lines []messages.RefusedAccount
	for _, m := range s.order {
		if len(lines) == refusedLines {
			break
		}
		if m.is(ask.Kind) {
			lines = append(lines, s.line(m, ask.Model))
		}
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
	case m.notBefore.Time().After(line.Until):
		line.Reason, line.Until, line.Owner = "its token could not be refreshed ("+m.refreshFailed+")", m.notBefore.Time(), false
	case line.Reason == "":
		line.Reason = "as many requests in flight as it may have, or tried already"
	}
	return line
}
