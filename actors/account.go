package actors

import (
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// lastUsedGrain is how far the stored time of the last use may lag behind:
// selection makes no difference beyond it.
const lastUsedGrain = 15 * time.Minute

// accountActor holds one account: its token, its limits, its requests in
// flight. Every change is a function of the record, applied here at once and
// to the stored record by the persister.
type accountActor struct {
	*pool
	self *ref
	// record is the account as it is used now: what is stored, and on top of
	// it every change in unsaved. It is replaced, never written to.
	record *account.Record
	// unsaved is nil while all is durable.
	unsaved *unsaved

	// waiters want a fresh token, askers a refresh.
	waiters []*messages.LeaseToken
	askers  []*messages.RefreshAccount
	refresh refreshState
	poll    pollState
	// loading is set after a restart until the stored record has arrived.
	loading bool

	inFlight int
	lastUsed policy.Instant
	// granted is when an exchange of this actor's brought the latest token.
	granted time.Time
	// drain is the latest, answered is set once it is; nothing begins after
	// the first.
	drain    *messages.Drain
	answered bool
}

// spawnAccount starts the actor of a stored account. A restarted one reads
// its record from the store again.
func (p *pool) spawnAccount(parent actor.SpawnerContext, record *account.Record) *ref {
	id := record.ID
	return p.accounts.spawn(parent, func(self *ref) behavior {
		if record == nil {
			unread := &account.Record{ID: id, Provider: p.provider.Name()}
			return &accountActor{pool: p, self: self, record: unread, loading: true}
		}
		a := &accountActor{pool: p, self: self, record: record, lastUsed: policy.At(record.LastUsedAt)}
		record = nil
		return a
	})
}

func (a *accountActor) started(actor.Context) {
	if a.loading {
		a.submit(func(*account.Record) {}, false, func(error) {})
	}
}

// stopped is the end: of the engine when it drains, else of this account in
// its pool.
func (a *accountActor) stopped() {
	err := unknownAccount(a.record.ID)
	if a.drain != nil {
		err = messages.ErrStopped
	}
	a.failWaiting(err)
	a.endPoll(err)
	a.giveUpRefresh()
	a.stopHold()
	a.giveUpSaves(err)
	if a.drain != nil && !a.answered {
		a.drain.ReplyTo.Tell(&messages.AccountDrained{Drain: a.drain})
	}
}

func (a *accountActor) receive(_ actor.Context, message any) {
	switch m := message.(type) {
	case messages.ToAccount:
		a.handle(m)
	case *exchangeFailed:
		a.exchangeFailed(m)
	case *lockSlow:
		a.lockSlow(m)
	case *holdEnded:
		a.holdEnded(m)
	case *originRead:
		a.originRead(m)
	case *aboutArrived:
		a.aboutArrived(m)
	case *retrySaves:
		a.retrySaves()
	case *figuresDue:
		a.figuresDue(m)
	}
	a.tellDrained()
}

func (a *accountActor) handle(message messages.ToAccount) {
	switch m := message.(type) {
	case *messages.LeaseToken:
		a.leaseToken(m)
	case *messages.ReportOutcome:
		a.reportOutcome(m)
	case *messages.ReleaseLease:
		a.release()
	case *messages.RefreshAccount:
		a.refreshAccount(m)
	case *messages.PollUsage:
		a.pollUsage(m)
	case *messages.TakeIdentity:
		a.takeIdentity(m)
	case *messages.ReplaceLogin:
		a.replaceLogin(m)
	case *messages.AdoptLogin:
		a.adoptLogin(m)
	case *messages.SetEnabled:
		a.setEnabled(m)
	case *messages.RenameAccount:
		a.change(func(r *account.Record) { r.Label = m.Label }, m.Reply)
	case *messages.ResetCooldown:
		a.refresh.retryAt = time.Time{}
		now := a.wallNow()
		a.change(func(r *account.Record) { policy.Forget(r, now) }, m.Reply)
	case *messages.RetryRefresh:
		a.retryRefresh()
	case *messages.DisableAccount:
		a.apply(func(r *account.Record) { disable(r, m.Generation) }, false, nil)
	case *messages.ClockSetBack:
		a.clockSetBack(m)
	case *messages.Drain:
		a.drain, a.answered = m, false
	case *messages.GetAccount:
		m.Reply.Send(a.status())
	case *messages.RefreshGranted:
		a.refreshGranted(m)
	case *messages.RefreshAdopted:
		a.refreshAdopted(m)
	case *messages.RefreshInterrupted:
		a.refreshInterrupted(m)
	case *messages.RefreshDenied:
		a.refreshFailed(m.Err)
	case *messages.RefreshCommitted:
		a.refreshCommitted(m)
	case *messages.AccountSaved:
		a.saved(m)
	case *messages.AccountStored:
		a.lookAt(m)
	}
}

// leaseToken answers with the token while it is fresh; else the ask joins
// those that wait for the one refresh.
func (a *accountActor) leaseToken(m *messages.LeaseToken) {
	if !a.needsRefresh(m.LeasedAt) {
		a.lease(m)
		return
	}
	a.waiters = append(a.waiters, m)
	a.startRefresh()
}

// lease hands the token out. Once sent, m belongs to its asker again.
func (a *accountActor) lease(m *messages.LeaseToken) {
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
func (a *accountActor) refuse(m *messages.LeaseToken, err error) {
	a.tellOfProvider(account.ClassCancelled, m.LeasedAt)
	m.Reply.Send(messages.TokenLeased{Placement: m.Placement, AccountID: a.record.ID, Err: err})
	a.freePlace()
}

// release ends one request in flight.
func (a *accountActor) release() {
	a.inFlight = max(0, a.inFlight-1)
	a.freePlace()
}

// freePlace tells the supervisor, which counts the requests of accounts that
// may have only so many.
func (a *accountActor) freePlace() {
	if a.record.MaxInFlight > 0 {
		a.supervisor.Tell(&messages.LeaseReleased{ID: a.record.ID})
	}
}

func (a *accountActor) reportOutcome(m *messages.ReportOutcome) {
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
func (a *accountActor) learn(report policy.Report) {
	if report.Verdict.Class == account.ClassVerification {
		a.publish(event.VerificationRequired{Occurrence: a.occurrence(), URL: report.Verdict.URL})
	}
	switch {
	case report.Weighs(a.record):
		a.takeIn(report)
	case report.Concerns(a.record):
		a.takeFigures(report)
	}
}

// takeFigures changes the record by an answer that tells of nothing but figures.
func (a *accountActor) takeFigures(report policy.Report) {
	now, old := a.wallNow(), a.record
	a.note(func(r *account.Record) { report.Learn(r, now, *a.tuning.Load()) })
	a.publishUsage(old)
}

// takeIn changes the record by what an answer said.
func (a *accountActor) takeIn(report policy.Report) {
	now, old := a.wallNow(), a.record
	tuning, lazy := *a.tuning.Load(), !report.Urgent() // the settings may change before the change is stored
	a.apply(func(r *account.Record) { report.Learn(r, now, tuning) }, lazy, nil)
	a.publishLimits(old)
	a.publishUsage(old)
	if reason, rejected := report.LoginRejected(old, a.record, tuning); rejected {
		a.loginRejected(account.FaultReauth, reason, now)
	}
}

// loginRejected puts the fault on record and asks the supervisor whether the
// account may be disabled for it. A login that is newer has no part in it.
func (a *accountActor) loginRejected(kind account.FaultKind, reason string, now time.Time) {
	generation := a.record.Generation
	a.backOffRejected(now)
	a.apply(func(r *account.Record) {
		if r.Generation == generation {
			r.Fail(account.Fault{Kind: kind, Reason: reason, At: now})
		}
	}, false, nil)
	a.tellLoginFailed()
}

// backOffRejected puts off the next look at a login that is rejected.
func (a *accountActor) backOffRejected(now time.Time) {
	a.refresh.retryAt = later(a.refresh.retryAt, now.Add(a.tuning.Load().Rest(a.record.AuthFailures)))
}

// tellLoginFailed asks whether the account may be disabled for the fault on
// record, unless it is.
func (a *accountActor) tellLoginFailed() {
	if f := a.record.Fault; f != nil && !f.Disabled {
		a.supervisor.Tell(&messages.LoginFailed{ID: a.record.ID, Generation: a.record.Generation, Fault: *f})
	}
}

func (a *accountActor) setEnabled(m *messages.SetEnabled) {
	a.publish(event.AccountSwitched{Occurrence: a.occurrence(), Enabled: m.Enabled})
	if m.Enabled {
		a.refresh.retryAt = time.Time{} // the login is tried once more, at the next need
	}
	a.change(func(r *account.Record) {
		r.Enabled = m.Enabled
		if m.Enabled {
			r.Pardon()
		}
	}, m.Reply)
}

func (a *accountActor) replaceLogin(m *messages.ReplaceLogin) {
	a.refresh.retryAt = time.Time{}
	id := a.record.ID
	a.apply(func(r *account.Record) { r.Replace(m.Record) }, false, func(err error) {
		m.Reply.Send(messages.AccountAdded{ID: id, Err: err})
	})
	if !a.refresh.hold.until.IsZero() {
		a.goOn()
	}
	a.publish(event.AccountJoined{Occurrence: a.occurrence(), Known: true})
}

// change applies what a user asked for, and answers when it is durable.
func (a *accountActor) change(mutate func(*account.Record), reply *messages.Reply[messages.Acknowledged]) {
	a.apply(mutate, false, func(err error) { reply.Send(messages.Acknowledged{Err: err}) })
}

// announce tells the supervisor what selection has to know.
func (a *accountActor) announce() {
	a.supervisor.Tell(&messages.AccountChanged{
		ID: a.record.ID, Record: a.record, NotBefore: a.notBefore(), RefreshFailed: a.refresh.failure,
	})
}

func (a *accountActor) tellDrained() {
	if a.drain != nil && !a.answered && (a.inFlight == 0 || a.drain.Cut) && !a.refresh.running {
		a.answered = true
		a.drain.ReplyTo.Tell(&messages.AccountDrained{Drain: a.drain})
	}
}

func (a *accountActor) key() messages.Key {
	return messages.Key{Provider: a.record.Provider, ID: a.record.ID}
}

func (a *accountActor) occurrence() event.Occurrence {
	return event.Occurrence{
		Provider: a.record.Provider, AccountID: a.record.ID, Label: a.record.DisplayLabel(), At: a.wallNow(),
	}
}

// publishLimits tells of the limits that are new since old.
func (a *accountActor) publishLimits(old *account.Record) {
	for _, l := range a.record.Limits {
		if slices.ContainsFunc(old.Limits, l.Same) {
			continue
		}
		a.publish(event.AccountCooled{Occurrence: a.occurrence(), Reason: l.Reason, Model: l.Model, Until: l.Until})
		if !slices.ContainsFunc(old.Limits, l.Renews) {
			a.publishForOwner(&l)
		}
	}
}

// publishForOwner tells of a limit that concerns the account's owner.
func (a *accountActor) publishForOwner(l *account.Limit) {
	switch {
	case l.Paid:
		a.publish(event.OverageBlocked{Occurrence: a.occurrence(), Reason: l.Reason, Until: l.Until})
	case l.Owner:
		a.publish(event.OwnerNeeded{Occurrence: a.occurrence(), Reason: l.Reason, Model: l.Model, RetryAt: l.Until})
	}
}

// publishBroken tells of an answer that its caller got a part of.
func (a *accountActor) publishBroken(v *account.Verdict) {
	if v.Class == account.ClassNetwork {
		a.publish(event.StreamCut{Occurrence: a.occurrence()})
		return
	}
	a.publish(event.StreamFailed{Occurrence: a.occurrence(), Class: v.Class, Code: v.Code})
}

// publishDifferences tells of what somebody else changed since old.
func (a *accountActor) publishDifferences(old *account.Record) {
	a.publishLimits(old)
	a.publishUsage(old)
	if a.record.Enabled != old.Enabled {
		a.publish(event.AccountSwitched{Occurrence: a.occurrence(), Enabled: a.record.Enabled})
	}
	if f := a.record.Fault; f != nil && old.Fault == nil {
		a.publish(event.LoginRejected{
			Occurrence: a.occurrence(), Kind: f.Kind, Generation: a.record.Generation, Reason: f.Reason, Disabled: f.Disabled,
		})
	}
}

func (a *accountActor) status() messages.AccountStatus {
	now, record := a.wallNow(), a.record.WithoutSecrets()
	record.Limits = policy.InEffect(record.Limits, *a.tuning.Load())
	return messages.AccountStatus{
		Record: record, InFlight: a.inFlight, Unsaved: a.unsavedReason(),
		RefreshFailed: a.refresh.failure, RetryAt: a.refresh.retryAt,
		Expired: a.record.Expired(now), Ended: a.record.Ended(now), Renewable: a.record.Renewable(),
		LastUsedAt: a.lastUsed.Time(),
	}
}
