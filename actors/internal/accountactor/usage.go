package accountactor

import (
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

// pollTimeout is how long the provider's endpoints have for an answer.
const pollTimeout = 10 * time.Second

// pollState is how the questions about an account go. One is under way at a time.
// An account has none while there is nothing to remember.
type pollState struct {
	askers []*messages.PollUsage
	// askedAt is when the one under way began; zero when none is.
	askedAt  time.Time
	failures int
	failure  string
}

// aboutArrived is what an account tells itself when it was asked about.
type aboutArrived struct {
	askedAt time.Time
	usage   providers.Usage
	profile account.Grant
	err     error
}

// pollUsage asks the provider for the account's figures, unless they are new
// enough. It uses the token as it is, and never refreshes it.
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

// cannotPoll says what forbids a question about the account at now.
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
		return fmt.Errorf("account %s: its quota figures could not be had and are asked for again at %s: %s",
			a.record.ID, a.record.Poll.RetryAt.Format(time.RFC3339), a.pollFailure())
	}
	return nil
}

// pollFailure says why the latest question failed; empty when it did not, or was
// another process'.
func (a *actor) pollFailure() string {
	if a.poll == nil {
		return ""
	}
	return a.poll.failure
}

// claimPoll writes down that the account is asked about. The change is made
// upon what is stored, under the account's lock: of several processes it is
// that of one which finds nobody's question there.
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

// pollClaimed asks, when this process is the one to do so.
func (a *actor) pollClaimed(askedAt time.Time, err error) {
	if err == nil {
		err = a.cannotPoll(askedAt)
	}
	if err != nil || !a.record.Poll.UsageAt.Equal(askedAt) {
		a.endPoll(err)
		return
	}
	p, cred, whose := a.Provider, a.record.Credential(), a.record.Poll.ProfileAt.Equal(askedAt)
	a.Task(func() {
		ctx, cancel := context.WithTimeout(a.Running, pollTimeout)
		defer cancel()
		about := askAbout(ctx, p, cred, whose)
		about.askedAt = askedAt
		a.self.Tell(about)
	})
}

// askAbout asks the provider.
func askAbout(ctx context.Context, p providers.Provider, cred account.Credential, whose bool) (about *aboutArrived) {
	about = &aboutArrived{}
	if source, ok := p.(providers.UsageSource); ok {
		about.usage, about.err = source.Usage(ctx, cred)
	}
	if source, ok := p.(providers.ProfileSource); ok && whose {
		about.profile, _ = source.Profile(ctx, cred) // asked again in a day
	}
	return about
}

// aboutArrived takes in what was answered.
func (a *actor) aboutArrived(m *aboutArrived) {
	if a.poll == nil || !m.askedAt.Equal(a.poll.askedAt) {
		return // to an incarnation that ended
	}
	a.takeProfile(m)
	if m.err != nil {
		a.pollFailed(m.err)
		return
	}
	a.poll.failures, a.poll.failure = 0, ""
	figures, now := policy.Figures{Windows: m.usage.Windows, AskedAt: m.askedAt}, a.Now()
	old, tuning := a.record, *a.Tuning.Load()
	a.apply(func(r *account.Record) { figures.Learn(r, now, tuning) }, true, nil)
	a.publishLimits(old)
	a.publishUsage(old)
	a.endPoll(nil)
}

// publishUsage tells of figures that changed noticeably since old. Those of
// short windows change with each request, and are not worth it.
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

// pollFailed puts the next question off, in every process. It says nothing of
// the account.
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

// endPoll ends the wait of everybody.
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

// takeProfile fills in what was not known of the account. Who it is, the
// supervisor has to agree to.
func (a *actor) takeProfile(m *aboutArrived) {
	email, plan := m.profile.Email, m.profile.Plan
	if m.usage.Plan != "" {
		plan = m.usage.Plan
	}
	if (email != "" && a.record.Email == "") || (plan != "" && a.record.Plan == "") {
		a.apply(func(r *account.Record) {
			fillIn(&r.Email, email)
			fillIn(&r.Plan, plan)
		}, true, nil)
	}
	if m.profile.Subject != "" && a.record.Subject == "" {
		a.Supervisor.Tell(&messages.IdentityLearnt{ID: a.record.ID, Subject: m.profile.Subject, Organization: m.profile.Organization})
	}
}

// takeIdentity makes the account somebody's.
func (a *actor) takeIdentity(m *messages.TakeIdentity) {
	a.apply(func(r *account.Record) {
		if r.Subject == "" {
			r.Subject, r.Organization = m.Subject, m.Organization
		}
	}, false, nil)
}

func fillIn(field *string, value string) {
	if *field == "" {
		*field = value
	}
}
