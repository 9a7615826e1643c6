package messages

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

// ToWriter is a message for the writer.
//
//sumtype:decl
type ToWriter interface{ toWriter() }

// Key names one account in the store.
type Key struct {
	Provider string
	ID       string
}

// LoadPool asks for everything stored for a provider. A supervisor sends it;
// answered with [PoolLoaded].
type LoadPool struct {
	Provider string
	ReplyTo  Recipient
}

// ReadAccounts asks for the stored records of some accounts. A supervisor sends
// it; answered with [AccountStored] or [AccountGone] for each.
type ReadAccounts struct {
	Provider string
	IDs      []string
	ReplyTo  Recipient
}

// ClaimAccounts tells other processes which accounts this one is using. A
// supervisor sends it; not answered.
type ClaimAccounts struct {
	Provider string
	IDs      []string
}

// CreateAccount stores a new account, unless a stored account has its login. A
// supervisor sends it; answered with [AccountCreated].
type CreateAccount struct {
	Record  account.Record
	ReplyTo Recipient
	// Asker is who asked the supervisor, and OnlyNew what it asked for.
	Asker   *Reply[AccountAdded]
	OnlyNew bool
}

// DeleteAccount removes an account from the store. A supervisor sends it;
// answered with [AccountRemoved].
type DeleteAccount struct {
	Key     Key
	ReplyTo Recipient
}

// DiscardQuarantined deletes the quarantined files of an account that cannot be
// read. A supervisor sends it; answered with [QuarantineDiscarded].
type DiscardQuarantined struct {
	Key     Key
	ReplyTo Recipient
	Asker   *RemoveAccount
}

// SaveAccount applies Mutate to the record that is stored when its turn comes. An
// account sends it; answered with [AccountSaved] when the result is durable.
// Saves of one account that wait at the same time become one write, in their
// order.
type SaveAccount struct {
	Key Key
	// Mutate must be quick and may run more than once.
	Mutate func(*account.Record)
	// Lazy saves are debounced: they wait up to a second, so that several become
	// one write.
	Lazy    bool
	ReplyTo Recipient
	// Acknowledge is called by the account once the change is durable; nil when
	// nobody waits.
	Acknowledge func(err error)
}

// SavePool changes the stored state of a pool. A supervisor sends it, debounced
// by a second; not answered.
type SavePool struct {
	Provider string
	Active   string
	// Bindings are the changed ones; one without an account is deleted.
	Bindings []policy.Binding
	// Owned are the changed owners of resources, in the same form.
	Owned []policy.Binding
	// Limits and Freed are evidence about the whole pool to be merged with what
	// is stored.
	Limits []account.Limit
	Freed  []account.Freed
}

// StorePin stores the account that all requests are pinned to, empty for none. A
// supervisor sends it; answered with [PinStored]. Asker is nil when nobody waits.
type StorePin struct {
	Provider string
	ID       string
	// Replaces, when set, is the account that the pool must still be pinned to.
	// A pin to another account stays.
	Replaces string
	// At is when the pin was asked for. The stored time is always later than that
	// of the pin before.
	At      time.Time
	ReplyTo Recipient
	Asker   *PinPool
}

// MarkImported notes that a pool has done its automatic import of other programs'
// logins. That happens once. It is sent when the engine opens; answered with
// [ImportMarked].
type MarkImported struct {
	Provider string
	At       time.Time
	Reply    *Reply[ImportMarked]
}

// ImportMarked answers [MarkImported]. First is set for the first process that
// marks the pool.
type ImportMarked struct {
	First bool
	Err   error
}

// DisableUnlessLast disables an account for its login's fault, but only while one
// of Others can serve: two processes never disable the last two accounts. A
// [SaveAccount] must have recorded the fault before. The supervisor sends it;
// answered with [DisableDecided].
type DisableUnlessLast struct {
	Key Key
	// Generation is that of the login which failed; a newer one stays.
	Generation uint64
	Fault      account.Fault
	// Others are accounts that are usable as far as this process knows.
	Others  []string
	ReplyTo Recipient
}

// ClaimAlert asks whether this process is the one to alert an account's owner,
// and notes that it does. Of all processes that ask for the same state of an
// account, one gets yes. The engine sends it; answered with [AlertClaimed].
type ClaimAlert struct {
	Key Key
	// State is what the owner is alerted of, Generation that of the login that
	// is in this state. Each pair gets one alert.
	State      string
	Generation uint64
	// Again is when the same state gets another alert; 0 is never.
	Again time.Duration
	Reply *Reply[AlertClaimed]
}

// AlertClaimed answers [ClaimAlert]. When the claim could not be stored, Mine
// is not set.
type AlertClaimed struct {
	Mine bool
	Err  error
}

// Flush writes at once what is debounced. The engine sends it when it closes;
// answered when nothing is left to write.
type Flush struct {
	Reply *Reply[Acknowledged]
}

func (*LoadPool) toWriter()           {}
func (*ReadAccounts) toWriter()       {}
func (*ClaimAccounts) toWriter()      {}
func (*CreateAccount) toWriter()      {}
func (*DeleteAccount) toWriter()      {}
func (*DiscardQuarantined) toWriter() {}
func (*SaveAccount) toWriter()        {}
func (*SavePool) toWriter()           {}
func (*StorePin) toWriter()           {}
func (*MarkImported) toWriter()       {}
func (*DisableUnlessLast) toWriter()  {}
func (*ClaimAlert) toWriter()         {}
func (*Flush) toWriter()              {}

// Fail answers the ask with err.
func (m *Flush) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// Fail answers the ask with err.
func (m *MarkImported) Fail(err error) { m.Reply.Send(ImportMarked{Err: err}) }

// Fail answers the ask with err.
func (m *ClaimAlert) Fail(err error) { m.Reply.Send(AlertClaimed{Err: err}) }
