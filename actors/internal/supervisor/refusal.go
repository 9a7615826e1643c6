package supervisor

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// fits reports whether an account is one of those that may serve an ask.
func (m *member) fits(ask *messages.SelectAccount) bool {
	return m.is(ask.Kind) && (len(ask.Among) == 0 || slices.Contains(ask.Among, m.record.ID))
}

// noneWorks reports whether every enabled account that may serve an ask needs its
// owner.
func (s *supervisor) noneWorks(ask *messages.SelectAccount) bool {
	return !slices.ContainsFunc(s.order, func(m *member) bool {
		return m.fits(ask) && m.record.Eligible() && m.record.Fault == nil
	})
}

// refusal says why no account serves m.
func (s *supervisor) refusal(m *messages.SelectAccount, c policy.Choice) *messages.RefusalError {
	switch c.Reason {
	case policy.PinUnknown, policy.PinUnusable, policy.PinBusy, policy.PinOtherKind, policy.PinOutside:
		return s.pinRefusal(m)
	case policy.NoAccounts:
		return &messages.RefusalError{Reason: messages.RefusedEmpty, Detail: "the pool has no accounts; add one"}
	case policy.NoneOfKind:
		return &messages.RefusalError{
			Reason: messages.RefusedKind, Kind: m.Kind, Detail: "the pool has no " + m.Kind.Noun() + ", and nothing else can serve the request; add one",
		}
	case policy.NoneAmong:
		return &messages.RefusalError{Reason: messages.RefusedEmpty, Detail: "the pool has none of the accounts that the request is bound to"}
	case policy.Declined:
		return &messages.RefusalError{Reason: messages.RefusedEmpty, Detail: "the host's strategy picked none of the usable accounts"}
	default:
	}
	if s.noneWorks(m) {
		return s.loginRefusal(m)
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

// loginRefusal names the first account that may serve an ask and whose owner can
// help.
func (s *supervisor) loginRefusal(ask *messages.SelectAccount) *messages.RefusalError {
	fitting := 0
	for _, m := range s.order {
		if !m.fits(ask) {
			continue
		}
		fitting++
		if f := m.record.Fault; f != nil && m.record.Enabled {
			return &messages.RefusalError{
				Reason: messages.RefusedLogin, AccountID: m.record.ID, RetryAt: m.triedAt(), Detail: f.Reason + "; log in again",
			}
		}
	}
	return &messages.RefusalError{
		Reason: messages.RefusedEmpty, Detail: fmt.Sprintf("all %d %s are switched off; enable one", fitting, nouns(ask.Kind)),
	}
}

// nouns returns the plural noun for accounts of a kind; the empty kind means any.
func nouns(kind account.Kind) string {
	if kind == "" {
		return "accounts"
	}
	return kind.Noun() + "s"
}

// triedAt is when a login with a fault is tried once more; zero when only its
// owner can help.
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
	if !pinned.fits(m) && pinned.is(m.Kind) {
		line.Reason, line.Until = "the request is bound to other accounts", time.Time{}
	}
	refusal.RetryAt, refusal.Detail = line.Until, line.Reason
	return refusal
}

// lines says for each account that may serve an ask why it does not serve.
func (s *supervisor) lines(ask *messages.SelectAccount) []messages.RefusedAccount {
	var lines []messages.RefusedAccount
	for _, m := range s.order {
		if len(lines) == refusedLines {
			break
		}
		if m.fits(ask) {
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
	for _, l := range policy.InEffect(r.Limits, *s.Tuning.Load()) {
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
