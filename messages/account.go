package messages

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// ToAccount is a message for one account's actor.
//
//sumtype:decl
type ToAccount interface{ toAccount() }

// AccountCommand is a [ToAccount] that a caller waits for.
type AccountCommand interface {
	ToAccount
	Failer
}

// Acknowledged answers a command that returns nothing but success.
type Acknowledged struct {
	Err error
}

// TakeIdentity gives an account its identity. The supervisor sends it in answer
// to [IdentityFound].
type TakeIdentity struct {
	Subject, Organization string
}

// RetryRefresh tells that the token endpoint works again, so a refresh that
// failed there need not wait any longer. The supervisor sends it in answer to
// [ExchangeWorked].
type RetryRefresh struct{}

// Drain asks an account to begin nothing new and to report when its last request
// and refresh have ended. It is answered to ReplyTo with [AccountDrained].
type Drain struct {
	// Cut is set when the answer need not wait for requests.
	Cut     bool
	ReplyTo Recipient
}

// ClockSetBack tells that the wall clock was set back by By, and that it is Now.
// The supervisor sends it; it is not answered.
type ClockSetBack struct {
	Now time.Time
	By  time.Duration
}

// GetAccount asks for an account's state. Answered to Reply.
type GetAccount struct {
	Reply *Reply[AccountStatus]
}

// Fail answers the ask with an empty status.
func (m *GetAccount) Fail(error) { m.Reply.Send(AccountStatus{}) }

// AccountStatus is an account as its owner may see it. It never holds a secret.
type AccountStatus struct {
	// Record has its credentials' secrets removed.
	Record   account.Record
	InFlight int
	// RefreshFailed says why the last refresh failed; empty when it did not.
	RefreshFailed string
	// Unsaved says why the latest change is not on disk yet; empty when it is.
	Unsaved string
	// Unreadable says why its file cannot be used, although the account can; empty
	// when the file can be used. The supervisor fills it in.
	Unreadable string
	// RetryAt is when a failed refresh is tried again.
	RetryAt time.Time
	// Expired is set when the token must be refreshed before it is used, Ended
	// when it cannot be used any more.
	Expired bool
	Ended   bool
	// Renewable is set when a refresh can get another token.
	Renewable bool
	// LastUsedAt may be newer than the record's.
	LastUsedAt time.Time
	// Claimed is set while another process uses it. The account does not know; the
	// asker fills it in.
	Claimed bool
	// Active is set for the account that the pool picked last. The asker fills it in.
	Active bool
	// Pinned is set while all requests are pinned to it. The supervisor fills it
	// in.
	Pinned bool
}

// DisableAccount disables the account for the recorded fault of its login, unless
// it has a newer login. The supervisor sends it in answer to [LoginFailed].
type DisableAccount struct {
	Generation uint64
}

func (*TakeIdentity) toAccount()   {}
func (*RetryRefresh) toAccount()   {}
func (*Drain) toAccount()          {}
func (*ClockSetBack) toAccount()   {}
func (*GetAccount) toAccount()     {}
func (*AccountStored) toAccount()  {}
func (*DisableAccount) toAccount() {}
