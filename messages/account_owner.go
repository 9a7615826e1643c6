package messages

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// RefreshAccount refreshes an account's token without a request: because the user
// asked for it, or because the token ends before Before. It is answered with
// [JobEnded] to ReplyTo when that is set, otherwise through Reply.
type RefreshAccount struct {
	// Before is zero for a refresh that the user wants in any case.
	Before  time.Time
	ReplyTo Recipient
	Reply   *Reply[Acknowledged]
}

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

// PollUsage asks the provider for an account's usage figures, unless those known
// are newer than Before or somebody has asked since. It is answered with
// [JobEnded] to ReplyTo when that is set, otherwise through Reply.
type PollUsage struct {
	// Before is zero when the user asks: figures of just now will do.
	Before  time.Time
	ReplyTo Recipient
	Reply   *Reply[Acknowledged]
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

// ReplaceLogin gives a known account new credentials and switches it on.
// The supervisor sends it in answer to [AddAccount].
type ReplaceLogin struct {
	Record account.Record
	Reply  *Reply[AccountAdded]
}

// Fail answers the ask with err.
func (m *ReplaceLogin) Fail(err error) { m.Reply.Send(AccountAdded{Err: err}) }

// SetKey gives an account another API key, and switches it on.
type SetKey struct {
	Key   account.Secret
	Reply *Reply[Acknowledged]
}

// Fail answers the ask with err.
func (m *SetKey) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// SetEnabled switches an account on or off. Switching on also clears what
// disabled it.
type SetEnabled struct {
	Enabled bool
	Reply   *Reply[Acknowledged]
}

// Fail answers the ask with err.
func (m *SetEnabled) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// RenameAccount sets an account's label.
type RenameAccount struct {
	Label string
	Reply *Reply[Acknowledged]
}

// Fail answers the ask with err.
func (m *RenameAccount) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// ConfigureAccount sets what an owner sets for one account.
type ConfigureAccount struct {
	Change account.Config
	Reply  *Reply[Acknowledged]
}

// Fail answers the ask with err.
func (m *ConfigureAccount) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// AdoptLogin makes this engine the owner of a linked login, which it then
// refreshes. It is answered once that is durable.
type AdoptLogin struct {
	Reply *Reply[Acknowledged]
}

// Fail answers the ask with err.
func (m *AdoptLogin) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// ResetCooldown clears an account's limits.
type ResetCooldown struct {
	Reply *Reply[Acknowledged]
}

// Fail answers the ask with err.
func (m *ResetCooldown) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

func (*RefreshAccount) toAccount()   {}
func (*PollUsage) toAccount()        {}
func (*ReplaceLogin) toAccount()     {}
func (*SetKey) toAccount()           {}
func (*SetEnabled) toAccount()       {}
func (*RenameAccount) toAccount()    {}
func (*ConfigureAccount) toAccount() {}
func (*AdoptLogin) toAccount()       {}
func (*ResetCooldown) toAccount()    {}
