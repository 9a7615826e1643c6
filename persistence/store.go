// Package persistence keeps accounts where a crash, a full disk or another process
// cannot lose them. No other package of the engine writes files.
package persistence

import (
	"context"
	"encoding/json"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Store keeps the accounts of every provider. When a method that changes something
// returns nil, the change is durable. All methods are safe for concurrent use. When
// a context ends, a wait ends and a change is not begun; a change that has begun is
// completed.
//
// The engine's writer is its only caller, except for Read.
type Store interface {
	// Load returns the accounts of provider in the order in which they were
	// added, and the quarantined files. A provider without accounts is no error.
	Load(ctx context.Context, provider string) (Snapshot, error)

	// Read returns the stored account without waiting for a lock. The error is
	// ErrNotFound when it is gone, ErrCorrupt when it cannot be read, and an
	// *UnreadableError when its file exists and cannot be used.
	Read(ctx context.Context, key Key) (account.Record, error)

	// Watch calls w when others, or this store itself, change a provider's
	// accounts, until stop is called. stop waits until no function of w runs any
	// more, so w must not call it.
	Watch(provider string, w Watching) (stop func(), err error)

	// Create stores a new account, at Revision 1; ErrExists when its id is taken.
	Create(ctx context.Context, rec account.Record) error

	// Update reads the stored account, applies mutate, and stores and returns
	// the result. Its Revision is one higher than both the stored one and the
	// one that mutate sets. Nobody else changes the account meanwhile.
	// ErrNotFound when the account is gone.
	Update(ctx context.Context, key Key, mutate Mutation) (account.Record, error)

	// Remove deletes the account; one that is already gone is no error.
	Remove(ctx context.Context, key Key) error

	// Lock keeps all others, also in other processes, from changing the account
	// until Unlock. ErrNotFound when the account is gone, ErrLocked when ctx
	// ended before the lock was free. It cannot be nested: an Update for a key
	// whose lock the caller holds waits until ctx ends.
	Lock(ctx context.Context, key Key) (Locked, error)

	// Claim tells the other users of the store which accounts of a provider this
	// one uses; ids replace the earlier ones. The claim ends with Close, or when
	// the process ends, however it ends.
	Claim(provider string, ids []string) error

	// LockPool keeps all others, also in other processes, from changing the
	// state of the whole pool, until unlock is called. ErrLocked when ctx ended
	// before. The engine does not need it: it is for tools.
	LockPool(ctx context.Context, provider string) (unlock func() error, err error)

	// UpdatePool is Update for the state of the whole pool. A pool that stored
	// nothing yet starts from the zero PoolState. Only the latest bindings, owners
	// and alerts are stored.
	UpdatePool(ctx context.Context, provider string, mutate func(*PoolState)) (PoolState, error)

	// Close releases what the store holds. No other call may follow.
	Close() error
}

// Locked is one account under its lock. It is for one goroutine at a time.
type Locked interface {
	// Record returns the account as it was read under the lock, or as the last
	// Update left it.
	Record() account.Record
	// Update is [Store.Update] without taking the lock a second time; after
	// Unlock it fails.
	Update(ctx context.Context, mutate Mutation) (account.Record, error)
	// Intent returns the intent of an earlier holder who did not finish an
	// exchange of the refresh token that is stored now; nil when there is none.
	Intent() (*account.Intent, error)
	// Intend stores, durably, that the stored refresh token is about to be spent.
	Intend(intent account.Intent) error
	// Settle removes the intent: the result of the exchange is durable, or the
	// server has refused it.
	Settle() error
	// Unlock releases the lock. Calling it twice is no error.
	Unlock() error
}

// Watching are the functions that a watch calls. It calls one at a time, and they
// must be quick.
type Watching struct {
	// Changed gets the id of an account that was, or may have been, added,
	// changed or removed.
	Changed func(id string)
	// Present gets the ids of all accounts from time to time: they show changes
	// for which Changed was not called.
	Present func(ids []string)
	// Claimed gets what others claim, each time that changes.
	Claimed func(ids map[string]bool)
	// Pool, when set, gets the stored state of the pool when it may have changed.
	Pool func(state PoolState)
}

// Mutation changes an account in place. It must be quick, must not keep the
// pointer, and may run again on a newer record. The store sets ID and Provider,
// whatever it writes there; a Revision that it raises counts.
type Mutation func(*account.Record)

// Key names one account. Both parts become file names: lower-case letters,
// digits, "-", "_" and "." within; anything else is refused with ErrName.
type Key struct {
	Provider string
	ID       string
}

// Snapshot is what Load found.
type Snapshot struct {
	Accounts    []account.Record
	Quarantined []Quarantined
	Pool        PoolState
}

// Quarantined is a file that could not be used; its bytes are kept. A file that
// does not parse was renamed. A file that is refused stays in its place, and is used
// again once it is repaired. A file is refused if a newer version wrote it, if it is
// open to other users or belongs to one, if it is larger than 1 MiB, or if it is no
// regular file but a folder, a pipe, or a link that leads nowhere.
type Quarantined struct {
	// ID is the account's, taken from the file's name; empty for the file
	// that holds the PoolState.
	ID string
	// Path is where the bytes are now.
	Path string
	// InPlace is set when the file was not renamed.
	InPlace bool
	// Reason says what was wrong and how to repair it, without the file's
	// content. It is empty when an earlier Load quarantined the file.
	Reason string
	// Err is the cause behind Reason: ErrCorrupt, ErrNewerVersion, a
	// *PermissionError or a *StorageError; nil when Reason is empty.
	Err error
	// At is when the file was quarantined or refused.
	At time.Time
}

// PoolState is what is stored for a pool besides its accounts.
type PoolState struct {
	// Active is the id of the active account; empty for none.
	Active string
	// Pinned is the id of the account that all requests are pinned to; empty for
	// none.
	Pinned string
	// PinnedAt orders the pins: each one has a later time than the one before.
	PinnedAt time.Time
	// Bindings tie an affinity key to an account: 2 000 keys of 64 bytes at most.
	Bindings map[string]Binding
	// Owned ties a resource to the account that made it, which alone can use it:
	// 2 000 at most.
	Owned map[string]Binding
	// Limits hold for all accounts; Freed says which of them have ended early.
	Limits []account.Limit
	Freed  []account.Freed
	// ImportedAt is when the pool did its automatic import of other programs'
	// logins; zero when that has not happened.
	ImportedAt time.Time
	// Alerts are those that owners got, by "<account id>/<state>": at most
	// 10 000.
	Alerts map[string]Alert
	// Unknown are stored fields that this version does not know; they
	// survive a rewrite.
	Unknown map[string]json.RawMessage
}

// Alert is one state of an account that its owner was alerted of.
type Alert struct {
	// Generation is that of the login in that state.
	Generation uint64
	At         time.Time
}

// Binding ties one conversation, or one resource that it made, to one account.
type Binding struct {
	Account string
	UsedAt  time.Time
}
