package multiaccount

import (
	"net/http"
	"sync/atomic"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/roundtrip"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// Lease lends one account to one request. It is safe for concurrent use.
type Lease struct {
	pool   *Pool
	leased messages.TokenLeased
	done   atomic.Bool
	// report is here so that a healthy request allocates the lease alone. Its
	// verdict has the model from the start.
	report messages.ReportOutcome
}

// Outcome is what became of the request of a lease.
type Outcome struct {
	// Status is the HTTP status; 0 when no answer came.
	Status int
	// Header is the answer's. Nil is allowed, but then limits are not seen.
	Header http.Header
	// Body is the beginning of an error's body, as much as was read. Some
	// providers say there what the status means.
	Body []byte
	// Err says why no answer came; nil when one came.
	Err error
}

// Token returns the access token or API key. It must not be logged.
func (l *Lease) Token() string { return l.leased.Credential.Token.Reveal() }

// AccountID returns the id of the account that was picked.
func (l *Lease) AccountID() string { return l.leased.AccountID }

// Moved reports whether the conversation had another account before. State that
// is bound to an account must be dropped then. See [ConversationMoved].
func (l *Lease) Moved() bool { return l.leased.Rebound }

// Rebound is the same as [Lease.Moved].
//
// Deprecated: use [Lease.Moved].
func (l *Lease) Rebound() bool { return l.Moved() }

// Done ends the lease and reports what became of the request. Only the first
// call counts. It does not wait.
func (l *Lease) Done(o Outcome) {
	if l.done.Swap(true) {
		return
	}
	l.prepare(l.pool.sender.Verdict(&l.leased, l.report.Verdict.Model, roundtrip.Outcome(o)))
	l.pool.actors.Answered(l.leased.Decision, &l.report.Verdict, policy.Return)
	l.leased.Account.Tell(&l.report)
}

// release ends the lease without telling anything about the account.
func (l *Lease) release() {
	if l.done.Swap(true) {
		return
	}
	l.prepare(account.Verdict{Class: account.ClassCancelled})
	l.leased.Account.Tell(&l.report)
}

func (l *Lease) prepare(v account.Verdict) {
	l.report.Generation, l.report.LeasedAt, l.report.Verdict = l.leased.Generation, l.leased.LeasedAt, v
}
