package accountactor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
)

// pollTimeout is how long the provider's usage and profile endpoints have to
// answer.
const pollTimeout = 10 * time.Second

// pollState is the state of an account's polls: one call of the usage endpoint at
// a time, sometimes with one of the profile endpoint. It is nil while there is
// nothing to remember.
type pollState struct {
	askers []*messages.PollUsage
	// askedAt is when the poll under way began; zero when none is.
	askedAt  time.Time
	failures int
	failure  string
}

// pollAnswered is a message of the account to itself: what a poll returned.
type pollAnswered struct {
	askedAt time.Time
	usage   providers.Usage
	profile account.Grant
	err     error
}

// pollUsage asks the provider for the account's usage figures, unless those known
// are new enough. It uses the token as it is, and never refreshes it.
func (a *actor) pollUsage(m *messages.PollUsage) {
	now, before := a.Now(), m.Before
	if before.IsZero() {
		before = now.Add(-policy.PollGap)
	}
	if err := a.cannotPoll(now); err != nil {
		m.Answer(err)
		return
	}
	asked := a.poll != nil && !a.poll.askedAt.IsZero()
	if !asked && !policy.PollDue(a.record, before, now) {
		m.Answer(nil)
		return
	}
	if a.poll == nil {
		a.poll = &pollState{}
	}
	a.poll.askers = append(a.poll.askers, m)
	if !asked {
		a.claimPoll(before, now)
	}
}

// cannotPoll returns why the account cannot be polled at now; nil when it can.
func (a *actor) cannotPoll(now time.Time) error {
	_, hasUsage := a.Provider.(providers.UsageSource)
	switch {
	case a.drain != nil:
		return messages.ErrStopped
	case !hasUsage || a.record.Kind == account.APIKey:
		return fmt.Errorf("account %s: the provider has no quota figures to ask for: %w", a.record.ID, errors.ErrUnsupported)
	case a.needsRefresh(now):
		return fmt.Errorf("account %s: its token does not work any more; refresh it first", a.record.ID)
	case policy.PollBlocked(a.record, now):
		return fmt.Errorf("account %s: its quota figures could not be read and are asked for again at %s: %s",
			a.record.ID, a.record.Poll.RetryAt.Format(time.RFC3339), a.pollFailure())
	}
	return nil
}

// pollFailure says why the latest poll failed; empty when it succeeded, or was
// made by another process.
func (a *actor) pollFailure() string {
	if a.poll == nil {
		return ""
	}
	return a.poll.failure
}

// claimPoll stores that the account is being polled. The change is applied to the
// stored record under the account's lock, so of several processes only the first
// one polls.
func (a *actor) claimPoll(before, now time.Time) {
	a.poll.askedAt = now
	a.submit(func(r *account.Record) {
		if !policy.PollDue(r, before, now) {
			return
		}
		r.Poll.UsageAt = now
		if policy.ProfileDue(r, now) {
			r.Poll.ProfileAt = now
		}
	}, false, func(err error) { a.pollClaimed(now, err) })
}

// pollClaimed polls if this process is the first.
func (a *actor) pollClaimed(askedAt time.Time, err error) {
	if err == nil {
		err = a.cannotPoll(askedAt)
	}
	if err != nil || !a.record.Poll.UsageAt.Equal(askedAt) {
		a.endPoll(err)
		return
	}
	p, cred, withProfile := a.Provider, a.record.Credential(), a.record.Poll.ProfileAt.Equal(askedAt)
	a.Task(func() {
		ctx, cancel := context.WithTimeout(a.Running, pollTimeout)
		defer cancel()
		answer := fetchUsage(ctx, p, cred, withProfile)
		answer.askedAt = askedAt
		a.self.Tell(answer)
	})
}

// fetchUsage calls the provider's endpoints; profile's only when withProfile is
// set.
func fetchUsage(ctx context.Context, p providers.Provider, cred account.Credential, withProfile bool) (answer *pollAnswered) {
	answer = &pollAnswered{}
	if source, ok := p.(providers.UsageSource); ok {
		answer.usage, answer.err = source.Usage(ctx, cred)
	}
	if source, ok := p.(providers.ProfileSource); ok && withProfile {
		answer.profile, _ = source.Profile(ctx, cred) // a failure is tried again in a day
	}
	return answer
}

// pollAnswered applies what a poll returned.
func (a *actor) pollAnswered(m *pollAnswered) {
	if a.poll == nil || !m.askedAt.Equal(a.poll.askedAt) {
		return // meant for an incarnation that has ended
	}
	a.applyProfile(m)
	if m.err != nil {
		a.pollFailed(m.err)
		return
	}
	a.poll.failures, a.poll.failure = 0, ""
	figures, now := policy.Figures{Windows: m.usage.Windows, AskedAt: m.askedAt}, a.Now()
	old, tuning := a.record, *a.Tuning.Load()
	a.apply(func(r *account.Record) { figures.ApplyTo(r, now, tuning) }, true, nil)
	a.publishLimits(old)
	a.publishUsage(old)
	a.endPoll(nil)
}

// publishUsage publishes usage figures that changed noticeably since old. Those
// of short windows change with each request and are not published.
func (a *actor) publishUsage(old *account.Record) {
	if !policy.NoticeablyUsed(old.Usage, a.record.Usage) {
		return
	}
	told := event.UsageUpdated{Occurrence: a.occurrence()}
	for _, w := range a.record.Usage {
		told.Windows = append(told.Windows, event.UsageFigure{Name: w.Name, Utilization: w.Utilization, ResetAt: w.ResetAt})
	}
	a.Publish(told)
}

// pollFailed postpones the next poll, in every process. A failed poll says
// nothing of the account's limits.
func (a *actor) pollFailed(err error) {
	var refused *providers.StatusError
	retryAfter := time.Duration(0)
	if errors.As(err, &refused) {
		retryAfter = refused.RetryAfter
	}
	a.poll.failures++
	a.poll.failure = err.Error()
	retryAt := a.Now().Add(policy.PollWait(a.poll.failures, retryAfter, a.Jitter()))
	a.apply(func(r *account.Record) { r.Poll.RetryAt = shared.Later(r.Poll.RetryAt, retryAt) }, true, nil)
	a.endPoll(err)
}

// endPoll answers all who wait for the poll.
func (a *actor) endPoll(err error) {
	if a.poll == nil {
		return
	}
	askers := a.poll.askers
	a.poll.askers, a.poll.askedAt = nil, time.Time{}
	if a.poll.failures == 0 {
		a.poll = nil
	}
	for _, m := range askers {
		m.Answer(err)
	}
}

// applyProfile fills in what was not known of the account. Its identity needs the
// supervisor's consent.
func (a *actor) applyProfile(m *pollAnswered) {
	email, plan := m.profile.Email, m.profile.Plan
	if m.usage.Plan != "" {
		plan = m.usage.Plan
	}
	if (email != "" && a.record.Email == "") || (plan != "" && a.record.Plan == "") {
		a.apply(func(r *account.Record) {
			r.Email = cmp.Or(r.Email, email)
			r.Plan = cmp.Or(r.Plan, plan)
		}, true, nil)
	}
	if m.profile.Subject != "" && a.record.Subject == "" {
		a.Supervisor.Tell(&messages.IdentityFound{ID: a.record.ID, Subject: m.profile.Subject, Organization: m.profile.Organization})
	}
}

// takeIdentity sets the identity that the supervisor has agreed to.
func (a *actor) takeIdentity(m *messages.TakeIdentity) {
	a.apply(func(r *account.Record) {
		if r.Subject == "" {
			r.Subject, r.Organization = m.Subject, m.Organization
		}
	}, false, nil)
}
