package messages

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

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

// Fail answers the ask with err.
func (m *LeaseToken) Fail(err error) {
	m.TokenLeased = TokenLeased{Placement: m.Placement, Err: err}
	m.Reply.Send(&m.TokenLeased)
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

// ReportOutcome reports the outcome of a leased request. A caller sends it once for
// each lease. If the answer is a stream, it sets Open, and may send more, also with
// Open set, for what the stream tells: quota figures, or a failure.
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

// Fail answers the ask with err.
func (m *ReportOutcome) Fail(err error) { m.Reply.Send(Acknowledged{Err: err}) }

// ReleaseLease ends a lease whose outcome was reported as Open.
type ReleaseLease struct{}

func (*LeaseToken) toAccount()    {}
func (*ReportOutcome) toAccount() {}
func (*ReleaseLease) toAccount()  {}
