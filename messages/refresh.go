package messages

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// BeginRefresh takes the account's lock, after the account's last refresh has
// released it, and reads the account again. An account sends it. It is answered
// with [RefreshGranted]; with [RefreshAdopted] when the stored generation is
// newer than Generation or the stored token is known to be refused; with
// [RefreshInterrupted] when an earlier exchange should not be repeated now; or
// with [RefreshDenied].
type BeginRefresh struct {
	Key        Key
	Generation uint64
	// Ahead is set while nobody needs the new token yet. An earlier exchange
	// whose outcome was never saved is then not repeated.
	Ahead bool
	// Timeout is how old such an exchange must be before it is repeated.
	Timeout time.Duration
	// Longest is how long the new exchange takes at most; a lock that ends by
	// itself is made to last for longer.
	Longest time.Duration
	ReplyTo Recipient
}

// CommitRefresh makes the result of an exchange durable, a new token or the fault
// of the login, and releases the lock. An account sends it after
// [RefreshGranted]; answered with [RefreshCommitted].
type CommitRefresh struct {
	Key Key
	// Spent are the fingerprints of the exchanged refresh token and, when that
	// one was not stored, of the stored one. Only a record that still holds one
	// of them is changed.
	Spent []string
	// Generation is that of the exchanged token.
	Generation uint64
	Grant      account.Grant
	// AnsweredAt is when the provider had answered.
	AnsweredAt time.Time
	// Fault is set when the refresh token was refused for good; there is no
	// Grant then.
	Fault   *account.Fault
	ReplyTo Recipient
}

// AbortRefresh releases the lock with nothing changed. An account sends it after
// [RefreshGranted]; not answered.
type AbortRefresh struct {
	Key Key
	// Unspent is set when this exchange certainly did not spend the refresh
	// token. Otherwise the next refresh has to know that it may be spent.
	Unspent bool
	// Cut is set when this process did not wait for the end of the exchange: the
	// request may still reach the provider.
	Cut bool
}

// CancelRefresh cancels a [BeginRefresh] whose answer will not be used, and
// releases the lock. An account sends it when it stops; not answered.
type CancelRefresh struct {
	Key Key
}

func (*BeginRefresh) toWriter()  {}
func (*CommitRefresh) toWriter() {}
func (*AbortRefresh) toWriter()  {}
func (*CancelRefresh) toWriter() {}

// Apply changes r by the result of the refresh, unless r has a newer login by
// now.
func (m *CommitRefresh) Apply(r *account.Record) {
	older := r.Generation < m.Generation // somebody put an older copy of the file back
	switch {
	case !older && !slices.Contains(m.Spent, r.Credentials.RefreshToken.Fingerprint()):
	case m.Fault == nil:
		r.Generation = max(r.Generation, m.Generation)
		r.Apply(m.Grant)
	case r.Generation == m.Generation:
		r.Fail(*m.Fault)
	}
}
