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

// Fail answers the ask with err.
func (m *SelectAccount) Fail(err error) { m.Lease.Fail(err) }

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
// work. An account sends it after [AccountChanged] told of the fault. The supervisor
// asks the writer with [DisableUnlessLast]. The answer is [DisableAccount]; there is
// none when the account is kept.
type LoginFailed struct {
	ID         string
	Generation uint64
	Fault      account.Fault
}

// OwnResource tells that an account made a resource that no other account can
// use, such as a stored response. Sent by a caller; not answered.
type OwnResource struct {
	Resource, AccountID string
}

func (*SelectAccount) toSupervisor()    {}
func (*GetExpiring) toSupervisor()      {}
func (*GetStale) toSupervisor()         {}
func (*IdentityFound) toSupervisor()    {}
func (*AccountDrained) toSupervisor()   {}
func (*AccountChanged) toSupervisor()   {}
func (*LeaseReleased) toSupervisor()    {}
func (*ProviderAnswered) toSupervisor() {}
func (*ExchangeWorked) toSupervisor()   {}
func (*LoginFailed) toSupervisor()      {}
func (*OwnResource) toSupervisor()      {}
