package messages

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

// AddAccount stores a new account, or gives a known one new credentials.
// Record has no ID yet. Sent by a caller; answered with [AccountAdded].
type AddAccount struct {
	Record account.Record
	// OnlyNew refuses an account that the pool has, by identity, tokens or
	// origin, with [RefusedDuplicate].
	OnlyNew bool
	// DryRun answers as usual and adds nothing. It needs OnlyNew.
	DryRun bool
	Reply  *Reply[AccountAdded]
}

// Fail answers the ask with err.
func (m *AddAccount) Fail(err error) { m.Reply.Send(AccountAdded{Err: err}) }

// AccountAdded answers [AddAccount] once the account is durable.
type AccountAdded struct {
	ID  string
	Err error
}

// RemoveAccount deletes an account. Sent by a caller; answered when it is gone
// from the store.
type RemoveAccount struct {
	ID    string
	Reply *Reply[Acknowledged]
}

// Fail answers the ask with err.
func (m *RemoveAccount) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// CommandAccount forwards Command to one account. Sent by a caller; the account
// answers, or the supervisor when there is no such account.
type CommandAccount struct {
	ID      string
	Command AccountCommand
}

// Fail answers the ask with err.
func (m *CommandAccount) Fail(err error) { m.Command.Fail(err) }

// GetAccounts asks for every account of the pool. Sent by a caller; answered
// with [AccountsListed].
type GetAccounts struct {
	Reply *Reply[AccountsListed]
}

// Fail answers the ask with err.
func (m *GetAccounts) Fail(err error) { m.Reply.Send(AccountsListed{Err: err}) }

// AccountsListed answers [GetAccounts], in the order in which the accounts were
// added. Each of Accounts answers a [GetAccount].
type AccountsListed struct {
	Accounts []Recipient
	// Claimed are the ids of those that other processes use.
	Claimed map[string]bool
	// Active is the id of the account that the pool picked last; empty for none.
	Active      string
	Pinned      string
	Quarantined []Quarantined
	Err         error
}

// Quarantined is an account whose file could not be read.
type Quarantined struct {
	ID   string
	Path string
	// InPlace is set when the file is still in its place: once it is readable,
	// the account is used again.
	InPlace bool
	Reason  string
}

// DrainPool asks that no new request begins; answered when the last one under way
// has ended. The engine sends it when it closes.
type DrainPool struct {
	// Cut is set when the answer need not wait for requests. It always waits for
	// a refresh under way.
	Cut   bool
	Reply *Reply[Acknowledged]
}

// Fail answers the ask with err.
func (m *DrainPool) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// Reconfigure changes the pool's settings. What is under way ends with the old
// settings. A caller sends it; answered with [Acknowledged].
type Reconfigure struct {
	Settings PoolSettings
	Reply    *Reply[Acknowledged]
}

// Fail answers the ask with err.
func (m *Reconfigure) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// PoolSettings say how one pool works, and may change while it does.
type PoolSettings struct {
	Selection policy.Options
	Tuning    policy.Tuning
	// Claims is set when processes claim accounts, so that each prefers accounts
	// of its own.
	Claims bool
	// MaxWait is how long a request may wait for a limited account.
	MaxWait time.Duration
}

// PinPool pins all requests of every process to one account; an empty ID ends the
// pin. Sent by a caller; answered with [Acknowledged] once it is stored.
type PinPool struct {
	ID    string
	Reply *Reply[Acknowledged]
}

// Fail answers the ask with err.
func (m *PinPool) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

func (*AddAccount) toSupervisor()     {}
func (*RemoveAccount) toSupervisor()  {}
func (*CommandAccount) toSupervisor() {}
func (*GetAccounts) toSupervisor()    {}
func (*DrainPool) toSupervisor()      {}
func (*PinPool) toSupervisor()        {}
func (*Reconfigure) toSupervisor()    {}
