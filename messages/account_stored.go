package messages

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// RefreshGranted tells that the account's lock is held and its refresh token may be
// spent. The writer sends it in answer to [BeginRefresh].
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
// found that its refresh token is refused. The writer sends it in answer to
// [BeginRefresh].
type RefreshAdopted struct {
	Record account.Record
}

// RefreshInterrupted tells that an earlier exchange of the refresh token began and
// its outcome was never saved. Nothing was sent now. The writer sends it in answer
// to [BeginRefresh].
type RefreshInterrupted struct {
	Record account.Record
	// Until is how long the earlier request may still reach the provider; zero
	// when the refresh was only ahead of time.
	Until time.Time
}

// RefreshDenied tells that the lock could not be taken or the intent could not be
// stored. The writer sends it in answer to [BeginRefresh].
type RefreshDenied struct {
	Err error
}

// RefreshCommitted tells that the new token is durable, or could not be stored. The
// writer sends it in answer to [CommitRefresh].
type RefreshCommitted struct {
	Commit *CommitRefresh
	Record account.Record
	Err    error
}

// AccountSaved tells what is durable after all of Saves, or why it is not. The
// writer sends it, once for each write.
type AccountSaved struct {
	Saves  []*SaveAccount
	Record account.Record
	Err    error
	// Gone is set when the account is no longer stored, Unreadable when its file
	// cannot be used.
	Gone       bool
	Unreadable *AccountUnreadable
}

func (*RefreshGranted) toAccount()     {}
func (*RefreshAdopted) toAccount()     {}
func (*RefreshInterrupted) toAccount() {}
func (*RefreshDenied) toAccount()      {}
func (*RefreshCommitted) toAccount()   {}
func (*AccountSaved) toAccount()       {}
