package accountactor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// loginRejected records the fault and asks the supervisor whether the account may
// be disabled for it. A login that is newer by the time of the write is left
// alone.
func (a *actor) loginRejected(kind account.FaultKind, reason string, now time.Time) {
	generation := a.record.Generation
	a.backOffRejected(now)
	a.apply(func(r *account.Record) {
		if r.Generation == generation {
			r.Fail(account.Fault{Kind: kind, Reason: reason, At: now})
		}
	}, false, nil)
	a.tellLoginFailed()
}

// backOffRejected sets when a rejected login is tried again.
func (a *actor) backOffRejected(now time.Time) {
	a.refresh.retryAt = max(a.refresh.retryAt, policy.At(now.Add(a.Tuning.Load().Rest(a.record.AuthFailures))))
}

// tellLoginFailed asks whether the account may be disabled for the recorded
// fault, unless it is disabled already.
func (a *actor) tellLoginFailed() {
	if f := a.record.Fault; f != nil && !f.Disabled {
		a.Supervisor.Tell(&messages.LoginFailed{ID: a.record.ID, Generation: a.record.Generation, Fault: *f})
	}
}
