package accountactor

import (
	"slices"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/event"
)

func (a *actor) occurrence() event.Occurrence {
	return event.Occurrence{
		Provider: a.record.Provider, AccountID: a.record.ID, Label: a.record.DisplayLabel(), At: a.Now(),
	}
}

// publishLimits publishes the limits that are new since old.
func (a *actor) publishLimits(old *account.Record) {
	for _, l := range a.record.Limits {
		if slices.ContainsFunc(old.Limits, l.Same) {
			continue
		}
		a.Publish(event.AccountCooled{Occurrence: a.occurrence(), Reason: l.Reason, Model: l.Model, Until: l.Until})
		if !slices.ContainsFunc(old.Limits, l.Renews) {
			a.publishForOwner(&l)
		}
	}
}

// publishForOwner publishes a limit that the account's owner has to know of.
func (a *actor) publishForOwner(l *account.Limit) {
	switch {
	case l.Paid:
		a.Publish(event.OverageBlocked{Occurrence: a.occurrence(), Reason: l.Reason, Until: l.Until})
	case l.Owner:
		a.Publish(event.OwnerNeeded{Occurrence: a.occurrence(), Reason: l.Reason, Model: l.Model, RetryAt: l.Until})
	}
}

// publishBroken publishes that an answer failed after its caller got a part of
// it.
func (a *actor) publishBroken(v *account.Verdict) {
	if v.Class == account.ClassNetwork {
		a.Publish(event.StreamCut{Occurrence: a.occurrence()})
		return
	}
	a.Publish(event.StreamFailed{Occurrence: a.occurrence(), Class: v.Class, Code: v.Code})
}

// publishDifferences publishes what others have changed since old.
func (a *actor) publishDifferences(old *account.Record) {
	a.publishLimits(old)
	a.publishUsage(old)
	if a.record.Enabled != old.Enabled {
		a.Publish(event.AccountSwitched{Occurrence: a.occurrence(), Enabled: a.record.Enabled})
	}
	if f := a.record.Fault; f != nil && old.Fault == nil {
		a.Publish(event.LoginRejected{
			Occurrence: a.occurrence(), Kind: f.Kind, Generation: a.record.Generation, Reason: f.Reason, Disabled: f.Disabled,
		})
	}
}
