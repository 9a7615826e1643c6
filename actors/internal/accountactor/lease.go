package accountactor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// leaseToken answers with the token while it is fresh. Otherwise the ask joins
// those that wait for the one refresh.
func (a *actor) leaseToken(m *messages.LeaseToken) {
	if !a.needsRefresh(m.LeasedAt) {
		a.lease(m)
		return
	}
	a.waiters = append(a.waiters, m)
	a.startRefresh()
}

// lease answers an ask with the token. Once the answer is sent, m belongs to its
// asker again.
func (a *actor) lease(m *messages.LeaseToken) {
	m.AccountID, m.Credential, m.ExpiresAt = a.record.ID, a.record.Credential(), a.record.Credentials.ExpiresAt
	m.Generation, m.Account, m.Err = a.record.Generation, a.self, nil
	leasedAt := m.LeasedAt
	a.lastUsed = max(a.lastUsed, policy.At(leasedAt))
	a.inFlight++
	if !m.Reply.Send(&m.TokenLeased) {
		a.release()
		a.tellProviderAnswered(account.ClassCancelled, leasedAt)
	}
}

// refuse answers an ask with an error in place of a token.
func (a *actor) refuse(m *messages.LeaseToken, err error) {
	a.tellProviderAnswered(account.ClassCancelled, m.LeasedAt)
	a.answer(m, err)
	a.tellReleased()
}

// answer answers an ask with an error and the account that it is about.
func (a *actor) answer(m *messages.LeaseToken, err error) {
	m.TokenLeased = messages.TokenLeased{Placement: m.Placement, AccountID: a.record.ID, Err: err}
	m.Reply.Send(&m.TokenLeased)
}

// release ends one request in flight.
func (a *actor) release() {
	a.inFlight = max(0, a.inFlight-1)
	a.tellReleased()
}

// tellReleased tells the supervisor that a request in flight has ended, if the
// account has a limit on those: the supervisor counts them.
func (a *actor) tellReleased() {
	if a.record.MaxInFlight > 0 {
		a.Supervisor.Tell(&messages.LeaseReleased{ID: a.record.ID})
	}
}

func (a *actor) reportOutcome(m *messages.ReportOutcome) {
	if !m.Open {
		a.release()
	}
	if m.Broken {
		a.publishBroken(&m.Verdict)
	}
	a.tellProviderAnswered(m.Verdict.Class, m.LeasedAt)
	a.applyOutcome(policy.Report{Generation: m.Generation, Verdict: m.Verdict, LeasedAt: m.LeasedAt})
	if used := a.lastUsed.Time(); used.Sub(a.record.LastUsedAt) > lastUsedPrecision {
		a.noteFigures(func(*account.Record) {})
	}
	m.Reply.Send(messages.Acknowledged{})
}

// applyOutcome applies an outcome if it says anything that the record does not.
func (a *actor) applyOutcome(report policy.Report) {
	if report.Verdict.Class == account.ClassVerification {
		a.Publish(event.VerificationRequired{Occurrence: a.occurrence(), URL: report.Verdict.URL})
	}
	switch {
	case report.Weighs(a.record):
		a.applyReport(report)
	case report.Concerns(a.record):
		a.applyFigures(report)
	}
}

// applyFigures applies an outcome that carries nothing new but usage figures.
func (a *actor) applyFigures(report policy.Report) {
	now, old := a.Now(), a.record
	a.noteFigures(func(r *account.Record) { report.ApplyTo(r, now, *a.Tuning.Load()) })
	a.publishUsage(old)
}

// applyReport applies all that an outcome says of the account.
func (a *actor) applyReport(report policy.Report) {
	now, old := a.Now(), a.record
	tuning, lazy := *a.Tuning.Load(), !report.Urgent() // a copy: the settings may change before this is stored
	a.apply(func(r *account.Record) { report.ApplyTo(r, now, tuning) }, lazy, nil)
	a.publishLimits(old)
	a.publishUsage(old)
	if reason, rejected := report.LoginRejected(old, a.record, tuning); rejected {
		a.loginRejected(account.FaultReauth, reason, now)
	}
}

// tellProviderAnswered tells the supervisor what an outcome says of the provider.
// Trouble is told always, success only while the supervisor wants it.
func (a *actor) tellProviderAnswered(class account.Class, leasedAt time.Time) {
	if policy.IsTrouble(class) || a.WantSuccesses.Load() {
		a.Supervisor.Tell(&messages.ProviderAnswered{ID: a.record.ID, Class: class, LeasedAt: leasedAt})
	}
}
