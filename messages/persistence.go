package messages

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

// ToPersistence is a message for the persistence actor, the only writer.
//
//sumtype:decl
type ToPersistence interface{ toPersistence() }

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

// ReadAccounts asks what is stored of some accounts. A supervisor sends it;
// answered with [AccountStored] or [AccountGone] for each.
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

// CreateAccount stores a new account. A supervisor sends it; answered with
// [AccountCreated].
type CreateAccount struct {
	Record  account.Record
	ReplyTo Recipient
	// Asker is who asked the supervisor.
	Asker *Reply[AccountAdded]
}

// DeleteAccount removes an account from the store. A supervisor sends it;
// answered with [AccountRemoved].
type DeleteAccount struct {
	Key     Key
	ReplyTo Recipient
}

// DiscardQuarantined deletes what was set aside of an account that cannot be read. A
// supervisor sends it; answered with [QuarantineDiscarded].
type DiscardQuarantined struct {
	Key     Key
	ReplyTo Recipient
	Asker   *RemoveAccount
}

// SaveAccount applies Mutate to the account as it is stored then. An account
// sends it; answered with [AccountSaved] when the result is durable. Saves of
// one account that wait for each other become one write, in their order.
type SaveAccount struct {
	Key Key
	// Mutate must be quick and may run more than once.
	Mutate func(*account.Record)
	// Lazy saves wait up to a second for others.
	Lazy    bool
	ReplyTo Recipient
	// Acknowledge is answered by the account once the change is durable; nil
	// when nobody waits.
	Acknowledge func(err error)
}

// SavePool changes what is remembered of a pool. A supervisor sends it, once for
// all that changes within a second; not answered.
type SavePool struct {
	Provider string
	Active   string
	// Bindings are those that changed; one without an account is deleted.
	Bindings []policy.Binding
	// Owned are the owners of resources that changed, in the same way.
	Owned []policy.Binding
	// Limits and Freed are evidence about the whole pool to be merged with what
	// is stored.
	Limits []account.Limit
	Freed  []account.Freed
}

// StorePin stores which account serves all requests, empty for none. A
// supervisor sends it; answered with [PinStored]. Asker is nil when nobody waits.
type StorePin struct {
	Provider string
	ID       string
	// Replaces, when set, is the account that the pool must still be pinned to:
	// any other pin stays.
	Replaces string
	// At is when that was wished. What is stored is later than the pin before.
	At      time.Time
	ReplyTo Recipient
	Asker   *PinPool
}

// MarkImported notes that other programs' logins have been imported into a
// pool by itself, which happens once. Sent when the engine opens; answered with
// [ImportMarked].
type MarkImported struct {
	Provider string
	At       time.Time
	Reply    *Reply[ImportMarked]
}

// ImportMarked answers [MarkImported]. First is set for the one who marked.
type ImportMarked struct {
	First bool
	Err   error
}

// DisableUnlessLast takes an account out of the pool for its login's fault,
// which its [SaveAccount] has put on record before, but only while one of Others
// can serve: two processes never disable the last two. The supervisor sends it;
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

// ClaimAlert asks whether it falls to this process to alert an account's owner,
// and notes that it was done: of all that ask for the same state of an account,
// in any process, one is told so. The engine sends it; answered with
// [AlertClaimed].
type ClaimAlert struct {
	Key Key
	// State is what the owner is told of, Generation that of the login which
	// has it; the two together are alerted of once.
	State      string
	Generation uint64
	// Again is after how long the same state is worth another alert; 0 is never.
	Again time.Duration
	Reply *Reply[AlertClaimed]
}

// AlertClaimed answers [ClaimAlert]. When the claim could not be stored, Mine
// is not set.
type AlertClaimed struct {
	Mine bool
	Err  error
}

// BeginRefresh takes the account's lock and reads the account again. An
// account sends it, and waits for its last refresh that way; answered with
// [RefreshGranted], [RefreshAdopted] when the stored generation is newer than
// Generation or its token is known to be refused, [RefreshInterrupted] when an
// earlier exchange is better not repeated now, or [RefreshDenied].
type BeginRefresh struct {
	Key        Key
	Generation uint64
	// Ahead is set while nobody needs the new token yet: an earlier exchange
	// whose outcome was never saved is then not repeated.
	Ahead bool
	// Timeout is how old such an exchange has to be before it is repeated.
	Timeout time.Duration
	ReplyTo Recipient
}

// CommitRefresh makes what came of an exchange durable, a new token or the
// fault of the login, and gives the lock back. An account sends it after
// [RefreshGranted]; answered with [RefreshCommitted].
type CommitRefresh struct {
	Key Key
	// Spent are the fingerprints of the refresh token that was exchanged and,
	// when that had not been stored, of the one in its place: only a record
	// that still holds one of them is changed.
	Spent []string
	// Generation is that of the exchanged token.
	Generation uint64
	Grant      account.Grant
	// Fault is set when the refresh token was refused for good; there is no
	// Grant then.
	Fault   *account.Fault
	ReplyTo Recipient
}

// AbortRefresh gives the lock back with nothing changed. An account sends it
// after [RefreshGranted]; not answered.
type AbortRefresh struct {
	Key Key
	// Unspent is set when it is proved that this exchange did not spend the
	// refresh token; else whoever refreshes next has to know that it may have.
	Unspent bool
	// Cut is set when this process did not wait for the exchange's end: the
	// request may still be on its way.
	Cut bool
}

// CancelRefresh takes a [BeginRefresh] back whose answer nobody will act on: the
// lock goes to others. An account that ends sends it; not answered.
type CancelRefresh struct {
	Key Key
}

// Flush writes now what waits for others. The engine sends it when it
// closes; answered when nothing is left to write.
type Flush struct {
	Reply *Reply[Acknowledged]
}

func (*LoadPool) toPersistence()           {}
func (*ReadAccounts) toPersistence()       {}
func (*ClaimAccounts) toPersistence()      {}
func (*CreateAccount) toPersistence()      {}
func (*DeleteAccount) toPersistence()      {}
func (*DiscardQuarantined) toPersistence() {}
func (*SaveAccount) toPersistence()        {}
func (*SavePool) toPersistence()           {}
func (*StorePin) toPersistence()           {}
func (*MarkImported) toPersistence()       {}
func (*DisableUnlessLast) toPersistence()  {}
func (*ClaimAlert) toPersistence()         {}
func (*BeginRefresh) toPersistence()       {}
func (*CommitRefresh) toPersistence()      {}
func (*AbortRefresh) toPersistence()       {}
func (*CancelRefresh) toPersistence()      {}
func (*Flush) toPersistence()              {}

// Fail answers the ask with err.
func (m *Flush) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// Fail answers the ask with err.
func (m *MarkImported) Fail(err error) { m.Reply.Send(ImportMarked{Err: err}) }

// Fail answers the ask with err.
func (m *ClaimAlert) Fail(err error) { m.Reply.Send(AlertClaimed{Err: err}) }

// Apply gives r what came of the refresh, unless r has a newer login since.
func (m *CommitRefresh) Apply(r *account.Record) {
	older := r.Generation < m.Generation // a copy that was put back meanwhile
	switch {
	case !older && !slices.Contains(m.Spent, r.Credentials.RefreshToken.Fingerprint()):
	case m.Fault == nil:
		r.Generation = max(r.Generation, m.Generation)
		r.Apply(m.Grant)
	case r.Generation == m.Generation:
		r.Fail(*m.Fault)
	}
}
