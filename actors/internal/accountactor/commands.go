package accountactor

import (
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

func (a *actor) setEnabled(m *messages.SetEnabled) {
	a.Publish(event.AccountSwitched{Occurrence: a.occurrence(), Enabled: m.Enabled})
	if m.Enabled {
		a.refresh.retryAt = 0 // the next request that needs the login tries it once more
	}
	a.change(func(r *account.Record) {
		r.Enabled = m.Enabled
		if m.Enabled {
			r.Pardon()
		}
	}, m.Reply)
}

func (a *actor) replaceLogin(m *messages.ReplaceLogin) {
	a.refresh.retryAt = 0
	id := a.record.ID
	a.apply(func(r *account.Record) { r.Replace(m.Record) }, false, func(err error) {
		m.Reply.Send(messages.AccountAdded{ID: id, Err: err})
	})
	if a.refresh.hold.until != 0 {
		a.resumeRefresh()
	}
	a.Publish(event.AccountJoined{Occurrence: a.occurrence(), Known: true})
}

// setKey replaces the key; the account stays the same otherwise.
func (a *actor) setKey(m *messages.SetKey) {
	a.change(func(r *account.Record) {
		r.Replace(account.Record{Kind: account.APIKey, Lineage: account.Owned, Credentials: account.Credentials{APIKey: m.Key}})
	}, m.Reply)
	a.Publish(event.AccountJoined{Occurrence: a.occurrence(), Known: true})
}

// change applies a change that a user asked for, and answers when it is durable.
func (a *actor) change(mutate func(*account.Record), reply *messages.Reply[messages.Acknowledged]) {
	a.apply(mutate, false, func(err error) { reply.Send(messages.Acknowledged{Err: err}) })
}

// clockSetBack moves the times that this account waits for back with the clock.
func (a *actor) clockSetBack(m *messages.ClockSetBack) {
	a.refresh.retryAt = policy.At(shared.MovedBack(a.refresh.retryAt.Time(), m.By))
	a.lastUsed = min(a.lastUsed, policy.At(m.Now))
	if a.record.FromAfter(m.Now) {
		a.apply(func(r *account.Record) { r.SetBack(m.Now, m.By) }, false, nil)
		return
	}
	a.announce()
}
