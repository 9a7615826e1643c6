package accountactor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// leaseToken answers with the token while it is fresh; else the ask joins
// those that wait for the one refresh.
func (a *actor) leaseToken(m *messages.LeaseToken) {
	if !a.needsRefresh(m.LeasedAt) {
		a.lease(m)
		return
	}
	a.waiters = append(a.waiters, m)
	a.startRefresh()
}

// lease hands the token out. Once sent, m belongs to its asker again.
func (a *actor) lease(m *messages.LeaseToken) {
	leased := messages.TokenLeased{
		AccountID: a.record.ID, Credential: a.record.Credential(), ExpiresAt: a.record.Credentials.ExpiresAt,
		Generation: a.record.Generation, Account: a.self, Placement: m.Placement,
	}
	a.lastUsed = max(a.lastUsed, policy.At(m.LeasedAt))
	a.inFlight++
	if !m.Reply.Send(leased) {
		a.release()
		a.tellOfProvider(account.ClassCancelled, leased.LeasedAt)
	}
}

// refuse answers an ask that gets no token.
func (a *actor) refuse(m *messages.LeaseToken, err error) {
	a.tellOfProvider(account.ClassCancelled, m.LeasedAt)
	m.Reply.Send(messages.TokenLeased{Placement: m.Placement, AccountID: a.record.ID, Err: err})
	a.freePlace()
}

// release ends one request in flight.
func (a *actor) release() {
	a.inFlight = max(0, a.inFlight-1)
	a.freePlace()
}

// freePlace tells the supervisor, which counts the requests of accounts that
// may have only so many.
func (a *actor) freePlace() {
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
	a.tellOfProvider(m.Verdict.Class, m.LeasedAt)
	a.learn(policy.Report{Generation: m.Generation, Verdict: m.Verdict, LeasedAt: m.LeasedAt})
	if used := a.lastUsed.Time(); used.Sub(a.record.LastUsedAt) > lastUsedGrain {
		a.note(func(*account.Record) {})
	}
	m.Reply.Send(messages.Acknowledged{})
}

// learn looks whether an answer says anything that the record does not.
func (a *actor) learn(report policy.Report) {
	if report.Verdict.Class == account.ClassVerification {
		a.Publish(event.VerificationRequired{Occurrence: a.occurrence(), URL: report.Verdict.URL})
	}
	switch {
	case report.Weighs(a.record):
		a.takeIn(report)
	case report.Concerns(a.record):
		a.takeFigures(report)
	}
}

// takeFigures changes the record by an answer that tells of nothing but figures.
func (a *actor) takeFigures(report policy.Report) {
	now, old := a.Now(), a.record
	a.note(func(r *account.Record) { report.Learn(r, now, *a.Tuning.Load()) })
	a.publishUsage(old)
}

// takeIn changes the record by what an answer said.
func (a *actor) takeIn(report policy.Report) {
	now, old := a.Now(), a.record
	tuning, lazy := *a.Tuning.Load(), !report.Urgent() // the settings may change before the change is stored
	a.apply(func(r *account.Record) { report.Learn(r, now, tuning) }, lazy, nil)
	a.publishLimits(old)
	a.publishUsage(old)
	if reason, rejected := report.LoginRejected(old, a.record, tuning); rejected {
		a.loginRejected(account.FaultReauth, reason, now)
	}
}

// tellOfProvider tells the supervisor what an answer says of the provider.
// That it works is news only while the supervisor is on the alert.
func (a *actor) tellOfProvider(class account.Class, leasedAt time.Time) {
	if policy.IsTrouble(class) || a.Alert.Load() {
		a.Supervisor.Tell(&messages.ProviderAnswered{ID: a.record.ID, Class: class, LeasedAt: leasedAt})
	}
}
