package messages

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

// ToSupervisor is a message for the supervisor of one pool.
//
//sumtype:decl
type ToSupervisor interface{ toSupervisor() }

// SelectAccount asks for an account and its token. A caller sends it. The
// supervisor forwards Lease to the account that it picks, and that account
// answers the caller with [TokenLeased]. When no account can serve, the
// supervisor keeps the ask while waiting makes sense, and then answers with a
// [RefusalError].
type SelectAccount struct {
	// Request is what the caller wants. The supervisor sets Waited and WaitUntil, and
	// empties Exclude when the ask had to wait: accounts that were tried before may
	// then be tried again. What it decides comes back in [Placement].
	policy.Request
	// Deadline is the caller's own; zero for none.
	Deadline time.Time
	// Lease is what the picked account receives.
	Lease LeaseToken
}

// NewSelectAccount returns an ask that was not sent yet. After its answer it can be
// sent again.
func NewSelectAccount() *SelectAccount {
	return &SelectAccount{Lease: LeaseToken{Reply: NewReply[*TokenLeased]()}}
}

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

// CommandAccount forwards Command to one account. Sent by a caller; the account
// answers, or the supervisor when there is no such account.
type CommandAccount struct {
	ID      string
	Command AccountCommand
}

// GetAccounts asks for every account of the pool. Sent by a caller; answered
// with [AccountsListed].
type GetAccounts struct {
	Reply *Reply[AccountsListed]
}

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

// GetExpiring asks which accounts need a refresh before a moment. The rounds that
// refresh tokens send it; answered with [AccountsDue].
type GetExpiring struct {
	Before  time.Time
	ReplyTo Recipient
}

// GetStale asks which accounts have usage figures older than Before. The rounds
// that poll usage send it; answered with [AccountsDue].
type GetStale struct {
	Before time.Time
	// UsedSince, when set, leaves out all accounts unless the pool was used after
	// it.
	UsedSince time.Time
	ReplyTo   Recipient
}

// IdentityFound tells the identity of an account that had none. An account sends
// it; answered with [TakeIdentity], unless another account has that identity.
type IdentityFound struct {
	ID                    string
	Subject, Organization string
}

// DrainPool asks that no new request begins; answered when the last one under way
// has ended. The engine sends it when it closes.
type DrainPool struct {
	// Cut is set when the answer need not wait for requests. It always waits for
	// a refresh under way.
	Cut   bool
	Reply *Reply[Acknowledged]
}

// Reconfigure changes the pool's settings. What is under way ends with the old
// settings. A caller sends it; answered with [Acknowledged].
type Reconfigure struct {
	Settings PoolSettings
	Reply    *Reply[Acknowledged]
}

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

// Fail answers the ask with err.
func (m *Reconfigure) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// AccountDrained tells that an account has nothing under way. The account sends
// it in answer to [Drain].
type AccountDrained struct {
	// Drain is the message that it answers.
	Drain *Drain
}

// AccountChanged tells that something changed that selection depends on. An
// account sends it; Record must not be written to.
type AccountChanged struct {
	ID     string
	Record *account.Record
	// NotBefore is when the account can get a token again after a failed
	// refresh; zero when nothing prevents it.
	NotBefore time.Time
	// RefreshFailed says why the refresh failed.
	RefreshFailed string
}

// LeaseReleased tells that a request has ended at an account that limits its
// requests in flight. An account sends it.
type LeaseReleased struct {
	ID string
}

// ProviderAnswered tells the circuit breaker what an answer says of the provider.
// An account sends it: trouble always, other answers only while the supervisor
// wants them.
type ProviderAnswered struct {
	// ID is that of the account.
	ID       string
	Class    account.Class
	LeasedAt time.Time
}

// ExchangeWorked tells that the token endpoint works. An account sends it after
// each refresh that succeeded; answered with [RetryRefresh] to accounts whose
// refresh failed.
type ExchangeWorked struct{}

// LoginFailed asks whether an account may be disabled because its login does not
// work. An account sends it after [AccountChanged] told of the fault. The
// supervisor asks the persistence actor with [DisableUnlessLast]. The answer is
// [DisableAccount]; there is none when the account is kept.
type LoginFailed struct {
	ID         string
	Generation uint64
	Fault      account.Fault
}

// DisableDecided tells whether an account was disabled. The persistence actor
// sends it in answer to [DisableUnlessLast].
type DisableDecided struct {
	Asked    *DisableUnlessLast
	Disabled bool
}

// PoolLoaded tells what the store holds. The persistence actor sends it in
// answer to [LoadPool].
type PoolLoaded struct {
	Accounts    []account.Record
	Quarantined []Quarantined
	Active      string
	Bindings    []policy.Binding
	Owned       []policy.Binding
	Pinned      string
	PinnedAt    time.Time
	Limits      []account.Limit
	Freed       []account.Freed
	Err         error
}

// OwnResource tells that an account made a resource that no other account can
// use, such as a stored response. Sent by a caller; not answered.
type OwnResource struct {
	Resource, AccountID string
}

// PinPool pins all requests of every process to one account; an empty ID ends the
// pin. Sent by a caller; answered with [Acknowledged] once it is stored.
type PinPool struct {
	ID    string
	Reply *Reply[Acknowledged]
}

// Fail answers the ask with err.
func (m *PinPool) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// PinStored tells the result of a [StorePin]. The persistence actor sends it.
type PinStored struct {
	Asked *StorePin
	// Pinned is the account that the pool is now pinned to, PinnedAt since when.
	Pinned   string
	PinnedAt time.Time
	Err      error
}

// PoolStored tells what is stored for the whole pool after somebody, perhaps
// another process, changed it: limits, pin and owners of resources. The
// persistence actor sends it.
type PoolStored struct {
	Owned  []policy.Binding
	Pinned string
	// PinnedAt is later for each pin than for the one before.
	PinnedAt time.Time
	Limits   []account.Limit
	Freed    []account.Freed
}

// AccountStored tells what is stored for an account after somebody, perhaps
// another process, changed it. The persistence actor sends it. The supervisor
// forwards it to the account, or adds the account if it is new.
type AccountStored struct {
	Record account.Record
}

// AccountGone tells that an account is no longer stored. The persistence actor
// sends it.
type AccountGone struct {
	ID string
}

// AccountUnreadable tells that an account's file exists and cannot be used. The
// persistence actor sends it in place of [AccountStored]; an account sends it
// when it could not save.
type AccountUnreadable struct {
	Quarantined
}

// ClaimsChanged tells which accounts other processes are using now. The
// persistence actor sends it.
type ClaimsChanged struct {
	IDs map[string]bool
}

// AccountsPresent tells which accounts are stored. The persistence actor sends it
// from time to time; answered with [ReadAccounts] for those that differ.
type AccountsPresent struct {
	IDs []string
}

// AccountCreated tells that a new account is durable, or could not be stored.
// The persistence actor sends it in answer to [CreateAccount].
type AccountCreated struct {
	Create *CreateAccount
	Err    error
}

// AccountRemoved tells that an account was removed from the store, or could not
// be. The persistence actor sends it in answer to [DeleteAccount].
type AccountRemoved struct {
	ID  string
	Err error
}

// QuarantineDiscarded tells that the quarantined files of an account were
// deleted, or could not be. The persistence actor sends it in answer to
// [DiscardQuarantined].
type QuarantineDiscarded struct {
	Discard *DiscardQuarantined
	Err     error
}

func (*QuarantineDiscarded) toSupervisor() {}
func (*SelectAccount) toSupervisor()       {}
func (*AddAccount) toSupervisor()          {}
func (*RemoveAccount) toSupervisor()       {}
func (*CommandAccount) toSupervisor()      {}
func (*GetAccounts) toSupervisor()         {}
func (*GetExpiring) toSupervisor()         {}
func (*GetStale) toSupervisor()            {}
func (*IdentityFound) toSupervisor()       {}
func (*DrainPool) toSupervisor()           {}
func (*AccountDrained) toSupervisor()      {}
func (*AccountChanged) toSupervisor()      {}
func (*LeaseReleased) toSupervisor()       {}
func (*ProviderAnswered) toSupervisor()    {}
func (*ExchangeWorked) toSupervisor()      {}
func (*LoginFailed) toSupervisor()         {}
func (*DisableDecided) toSupervisor()      {}
func (*PoolStored) toSupervisor()          {}
func (*PoolLoaded) toSupervisor()          {}
func (*AccountStored) toSupervisor()       {}
func (*AccountGone) toSupervisor()         {}
func (*AccountUnreadable) toSupervisor()   {}
func (*AccountsPresent) toSupervisor()     {}
func (*PinPool) toSupervisor()             {}
func (*PinStored) toSupervisor()           {}
func (*OwnResource) toSupervisor()         {}
func (*ClaimsChanged) toSupervisor()       {}
func (*AccountCreated) toSupervisor()      {}
func (*AccountRemoved) toSupervisor()      {}
func (*Reconfigure) toSupervisor()         {}

// Fail answers the ask with err.
func (m *SelectAccount) Fail(err error) { m.Lease.Fail(err) }

// Fail answers the ask with err.
func (m *AddAccount) Fail(err error) { m.Reply.Send(AccountAdded{Err: err}) }

// Answer tells the asker the result.
func (m *AccountCreated) Answer() {
	if m.Err != nil {
		m.Create.Asker.Send(AccountAdded{Err: m.Err})
		return
	}
	m.Create.Asker.Send(AccountAdded{ID: m.Create.Record.ID})
}

// Fail answers the ask with err.
func (m *RemoveAccount) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// Fail answers the ask with err.
func (m *CommandAccount) Fail(err error) { m.Command.Fail(err) }

// Fail answers the ask with err.
func (m *GetAccounts) Fail(err error) { m.Reply.Send(AccountsListed{Err: err}) }

// Fail answers the ask with err.
func (m *DrainPool) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }
