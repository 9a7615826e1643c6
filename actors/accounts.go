package actors

import (
	"context"

	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/messages"
)

// Accounts returns the state of every account, in the order in which they were
// added, and the files that could not be read.
func (p *Pool) Accounts(ctx context.Context) ([]messages.AccountStatus, []messages.Quarantined, error) {
	m := &messages.GetAccounts{Reply: messages.NewReply[messages.AccountsListed]()}
	listed, err := runtime.Ask(ctx, p.supervisor, m, m.Reply)
	if err == nil {
		err = listed.Err
	}
	if err != nil {
		return nil, nil, err
	}
	states, err := statesOf(ctx, listed.Accounts)
	lost, unreadable := splitFiles(listed.Quarantined, states)
	for i := range states {
		id := states[i].Record.ID
		states[i].Claimed, states[i].Unreadable = listed.Claimed[id], unreadable[id]
		states[i].Active, states[i].Pinned = id == listed.Active, id == listed.Pinned
	}
	return states, lost, err
}

// statesOf asks all accounts at once. One that was removed meanwhile is left out.
func statesOf(ctx context.Context, accounts []messages.Recipient) ([]messages.AccountStatus, error) {
	asked := make([]*messages.GetAccount, len(accounts))
	for i, to := range accounts {
		asked[i] = &messages.GetAccount{Reply: messages.NewReply[messages.AccountStatus]()}
		to.Tell(asked[i])
	}
	states := make([]messages.AccountStatus, 0, len(accounts))
	for i, m := range asked {
		to, _ := accounts[i].(*runtime.Ref)
		state, err := runtime.Wait(ctx, to, m.Reply)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err == nil:
			states = append(states, state)
		}
	}
	return states, nil
}

// splitFiles separates the unreadable files of accounts that are in the pool, by
// id with the reason, from those of accounts that are lost. A quarantined file of
// an account that is in the pool is left out.
func splitFiles(files []messages.Quarantined, accounts []messages.AccountStatus) (lost []messages.Quarantined, unreadable map[string]string) {
	unreadable = map[string]string{}
	if len(files) == 0 {
		return nil, unreadable
	}
	known := make(map[string]bool, len(accounts))
	for i := range accounts {
		known[accounts[i].Record.ID] = true
	}
	for _, q := range files {
		switch {
		case !known[q.ID]:
			lost = append(lost, q)
		case q.InPlace:
			unreadable[q.ID] = q.Reason
		}
	}
	return lost, unreadable
}
