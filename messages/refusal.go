package messages

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// RefusalReason says why no account serves a request.
type RefusalReason uint8

// The reasons.
const (
	// RefusedEmpty: the pool has no account, or all are switched off.
	RefusedEmpty RefusalReason = iota
	// RefusedLimited: every account is limited or busy.
	RefusedLimited
	// RefusedLogin: the account's owner must log in again.
	RefusedLogin
	// RefusedPin: the account that was asked for cannot serve.
	RefusedPin
	// RefusedTried: every account has been tried for this request.
	RefusedTried
	// RefusedUnknown: the pool has no account of that id.
	RefusedUnknown
	// RefusedDuplicate: another account holds that token already.
	RefusedDuplicate
	// RefusedLabel: another account is called like that.
	RefusedLabel
	// RefusedNoKey: the account has a login, and no API key to be replaced.
	RefusedNoKey
	// RefusedProvider: the provider itself is in trouble.
	RefusedProvider
	// RefusedKind: the pool has no account of the kind that the request needs.
	RefusedKind
	// RefusedHeldUp: the account's refresh has to wait for another process;
	// other accounts may serve.
	RefusedHeldUp
)

// RefusalError is the error of an ask that no account serves. The root package
// turns it into its own typed errors.
type RefusalError struct {
	Reason    RefusalReason
	AccountID string
	// Kind is the only kind of account that may serve; empty for any.
	Kind account.Kind
	// PinnedFor is the resource for which the request is pinned to the account
	// that made it; empty for another pin.
	PinnedFor string
	// ByOwner is set when the owner has pinned all requests to the account.
	ByOwner bool
	// Detail says what is wrong, in words for users.
	Detail string
	// RetryAt is when another try makes sense; zero when not known.
	RetryAt time.Time
	// Accounts has a line for each account, at most a hundred.
	Accounts []RefusedAccount
}

// RefusedAccount says why one account does not serve.
type RefusedAccount struct {
	ID     string
	Label  string
	Reason string
	Until  time.Time
	// Owner is set when only the account's owner can help.
	Owner bool
}

// Error says what is wrong.
func (r *RefusalError) Error() string {
	if r.AccountID == "" {
		return printable.Text(r.Detail)
	}
	return printable.Text(fmt.Sprintf("account %s: %s", r.AccountID, r.Detail))
}

// NeedsOwners reports whether every account needs its owner before it can serve.
func (r *RefusalError) NeedsOwners() bool {
	return len(r.Accounts) > 0 && !slices.ContainsFunc(r.Accounts, func(a RefusedAccount) bool { return !a.Owner })
}

// UnknownAccount says that the pool has no account of an id.
func UnknownAccount(id string) error {
	return &RefusalError{Reason: RefusedUnknown, AccountID: id, Detail: "the pool has no account of this id"}
}
