package messages

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
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

// LeaseToken asks for a fresh token. The supervisor forwards it from a
// [SelectAccount]. The account fills in the answer and replies with it: at once while
// its token is fresh, otherwise when the refresh that the ask joins has ended.
type LeaseToken struct {
	// TokenLeased is the answer. From the reply on it belongs to the asker.
	TokenLeased
	// Patient is set by the supervisor when no other account may serve. The ask
	// then waits even for a refresh that is held up; other asks are answered
	// with [RefusedHeldUp].
	Patient bool
	Reply   *Reply[*TokenLeased]
}

// Placement is what the supervisor decided about an ask. It comes back to the
// caller with [TokenLeased], also with an error.
type Placement struct {
	// Pin is the only account that could serve; empty for any. PinnedBy says who
	// pinned the request, and PinnedFor names the resource if it was pinned for
	// one.
	Pin       string
	PinnedBy  policy.PinnedBy
	PinnedFor string
	// Rebound is set when the conversation changed accounts.
	Rebound bool
	// LeasedAt is when the account was picked.
	LeasedAt time.Time
	// Decision is the number of the decision.
	Decision uint64
}

// TokenLeased answers a [SelectAccount].
type TokenLeased struct {
	Placement
	AccountID  string
	Credential account.Credential
	// ExpiresAt is when the token ends; zero when not known.
	ExpiresAt  time.Time
	Generation uint64
	// Account is where the outcome must be reported.
	Account Recipient
	// Err is a [*RefusalError], or says why the token could not be refreshed.
	// AccountID is then the account that failed, empty when none was picked.
	Err error
}

// ReportOutcome reports the outcome of a leased request. A caller sends it once
// for each lease, and more times, as Open, for what a stream tells later: quota
// figures, and that it breaks.
type ReportOutcome struct {
	Generation uint64
	LeasedAt   time.Time
	Verdict    account.Verdict
	// Open is set while the answer's body is still being read; a
	// [ReleaseLease] follows.
	Open bool
	// Broken is set, together with Open, when an answer failed or was cut after a
	// part of it had been passed on.
	Broken bool
	// Reply, when set, is answered after the supervisor was told, so that
	// what the caller selects next takes the outcome into account.
	Reply *Reply[Acknowledged]
}

// ReleaseLease ends a lease whose outcome was reported as Open.
type ReleaseLease struct{}

// RefreshAccount refreshes an account's token without a request: because the user
// asked for it, or because the token ends before Before. It is answered with
// [JobEnded] to ReplyTo when that is set, otherwise through Reply.
type RefreshAccount struct {
	// Before is zero for a refresh that the user wants in any case.
	Before  time.Time
	ReplyTo Recipient
	Reply   *Reply[Acknowledged]
}

// PollUsage asks the provider for an account's usage figures, unless those known
// are newer than Before or somebody has asked since. It is answered with
// [JobEnded] to ReplyTo when that is set, otherwise through Reply.
type PollUsage struct {
	// Before is zero when the user asks: figures of just now will do.
	Before  time.Time
	ReplyTo Recipient
	Reply   *Reply[Acknowledged]
}

// TakeIdentity gives an account its identity. The supervisor sends it in answer
// to [IdentityFound].
type TakeIdentity struct {
	Subject, Organization string
}

// ReplaceLogin gives a known account new credentials and switches it on.
// The supervisor sends it in answer to [AddAccount].
type ReplaceLogin struct {
	Record account.Record
	Reply  *Reply[AccountAdded]
}

// SetKey gives an account another API key, and switches it on.
type SetKey struct {
	Key   account.Secret
	Reply *Reply[Acknowledged]
}

// SetEnabled switches an account on or off. Switching on also clears what
// disabled it.
type SetEnabled struct {
	Enabled bool
	Reply   *Reply[Acknowledged]
}

// RenameAccount sets an account's label.
type RenameAccount struct {
	Label string
	Reply *Reply[Acknowledged]
}

// ConfigureAccount sets what an owner sets for one account.
type ConfigureAccount struct {
	Change account.Config
	Reply  *Reply[Acknowledged]
}

// AdoptLogin makes this engine the owner of a linked login, which it then
// refreshes. It is answered once that is durable.
type AdoptLogin struct {
	Reply *Reply[Acknowledged]
}

// ResetCooldown clears an account's limits.
type ResetCooldown struct {
	Reply *Reply[Acknowledged]
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

// RefreshGranted tells that the account's lock is held and its refresh token
// may be spent. The persistence actor sends it in answer to [BeginRefresh].
type RefreshGranted struct {
	Record account.Record
	// Interrupted is set when an earlier exchange of this refresh token began
	// and its outcome was never saved: the token may be spent already.
	Interrupted *account.Intent
	// Until is when the account's lock may end by itself, and others may spend the
	// token; zero for a lock that lasts as long as its process.
	Until time.Time
}

// RefreshAdopted tells that another process has refreshed the account already, or
// found that its refresh token is refused. The persistence actor sends it in
// answer to [BeginRefresh].
type RefreshAdopted struct {
	Record account.Record
}

// RefreshInterrupted tells that an earlier exchange of the refresh token began
// and its outcome was never saved. Nothing was sent now. The persistence actor
// sends it in answer to [BeginRefresh].
type RefreshInterrupted struct {
	Record account.Record
	// Until is how long the earlier request may still reach the provider; zero
	// when the refresh was only ahead of time.
	Until time.Time
}

// RefreshDenied tells that the lock could not be taken or the intent could not be
// stored. The persistence actor sends it in answer to [BeginRefresh].
type RefreshDenied struct {
	Err error
}

// RefreshCommitted tells that the new token is durable, or could not be
// stored. The persistence actor sends it in answer to [CommitRefresh].
type RefreshCommitted struct {
	Commit *CommitRefresh
	Record account.Record
	Err    error
}

// AccountSaved tells what is durable after all of Saves, or why it is not. The
// persistence actor sends it, once for each write.
type AccountSaved struct {
	Saves  []*SaveAccount
	Record account.Record
	Err    error
	// Gone is set when the account is no longer stored, Unreadable when its file
	// cannot be used.
	Gone       bool
	Unreadable *AccountUnreadable
}

func (*LeaseToken) toAccount()         {}
func (*ReportOutcome) toAccount()      {}
func (*ReleaseLease) toAccount()       {}
func (*RefreshAccount) toAccount()     {}
func (*PollUsage) toAccount()          {}
func (*TakeIdentity) toAccount()       {}
func (*ReplaceLogin) toAccount()       {}
func (*SetKey) toAccount()             {}
func (*SetEnabled) toAccount()         {}
func (*RenameAccount) toAccount()      {}
func (*ConfigureAccount) toAccount()   {}
func (*AdoptLogin) toAccount()         {}
func (*ResetCooldown) toAccount()      {}
func (*RetryRefresh) toAccount()       {}
func (*Drain) toAccount()              {}
func (*ClockSetBack) toAccount()       {}
func (*GetAccount) toAccount()         {}
func (*AccountStored) toAccount()      {}
func (*DisableAccount) toAccount()     {}
func (*RefreshGranted) toAccount()     {}
func (*RefreshAdopted) toAccount()     {}
func (*RefreshInterrupted) toAccount() {}
func (*RefreshDenied) toAccount()      {}
func (*RefreshCommitted) toAccount()   {}
func (*AccountSaved) toAccount()       {}

// Fail answers the ask with err.
func (m *LeaseToken) Fail(err error) {
	m.TokenLeased = TokenLeased{Placement: m.Placement, Err: err}
	m.Reply.Send(&m.TokenLeased)
}

// Fail answers the ask with err.
func (m *ReportOutcome) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// Fail answers the ask with err.
func (m *RefreshAccount) Fail(err error) { m.Answer(err) }

// Answer tells the sender that the refresh has ended, and how.
func (m *RefreshAccount) Answer(err error) {
	if m.ReplyTo != nil {
		m.ReplyTo.Tell(&JobEnded{})
		return
	}
	m.Reply.Send(Acknowledged{Err: err})
}

// Fail answers the ask with err.
func (m *PollUsage) Fail(err error) { m.Answer(err) }

// Answer tells the sender that the poll has ended, and how.
func (m *PollUsage) Answer(err error) {
	if m.ReplyTo != nil {
		m.ReplyTo.Tell(&JobEnded{})
		return
	}
	m.Reply.Send(Acknowledged{Err: err})
}

// Fail answers the ask with an empty status.
func (m *GetAccount) Fail(error) { m.Reply.Send(AccountStatus{}) }

// Fail answers the ask with err.
func (m *ReplaceLogin) Fail(err error) { m.Reply.Send(AccountAdded{Err: err}) }

// Fail answers the ask with err.
func (m *SetKey) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// Fail answers the ask with err.
func (m *SetEnabled) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// Fail answers the ask with err.
func (m *RenameAccount) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// Fail answers the ask with err.
func (m *ConfigureAccount) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// Fail answers the ask with err.
func (m *ResetCooldown) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// Fail answers the ask with err.
func (m *AdoptLogin) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }
