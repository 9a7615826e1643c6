// Package persistence keeps accounts where a crash, a full disk or another
// process cannot lose them. It is the only package that writes files.
package persistence

import (
	"context"
	"encoding/json"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Store keeps the accounts of every provider. When a method that changes
// something returns nil, the change is durable. All methods are safe for
// concurrent use. A context that has ended ends a wait and keeps a change from
// being begun, never from being completed.
//
// The engine's persistence actor is its only caller, except for Read.
type Store interface {
	// Load returns the accounts of provider in the order they were added, and
	// what had to be set aside. A provider without accounts is no error.
	Load(ctx context.Context, provider string) (Snapshot, error)

	// Read returns an account as it is stored now, without waiting for anyone.
	// ErrNotFound when it is gone, ErrCorrupt when it cannot be read; a file that
	// is there and cannot be used is an *UnreadableError.
	Read(ctx context.Context, key Key) (account.Record, error)

	// Watch has w told what others, and this store itself, change of a
	// provider's accounts, until stop is called. stop waits until w is told
	// nothing any more, so w must not call it.
	Watch(provider string, w Watching) (stop func(), err error)

	// Create stores a new account, at Revision 1; ErrExists when its id is taken.
	Create(ctx context.Context, rec account.Record) error

	// Update reads the account as it is stored now, applies mutate and stores
	// the result, which it returns, with a Revision that is one higher than both
	// the stored one and that which mutate sets. Nobody else changes the account
	// meanwhile.
	// ErrNotFound when the account is gone.
	Update(ctx context.Context, key Key, mutate Mutation) (account.Record, error)

	// Remove deletes the account; one that is already gone is no error.
	Remove(ctx context.Context, key Key) error

	// Lock keeps everybody else, other processes included, from changing the
	// account until Unlock. ErrNotFound when the account is gone, ErrLocked
	// when ctx ended before the lock was free. It cannot be nested: calling
	// Update for a key while holding its lock waits until ctx ends.
	Lock(ctx context.Context, key Key) (Locked, error)

	// Claim tells the other users of the store which accounts of a provider
	// this one is using; ids replace what it told before. The claim ends with
	// Close, or with the process, however that ends.
	Claim(provider string, ids []string) error

	// LockPool keeps everybody else, other processes included, from changing
	// what belongs to the pool as a whole, until unlock is called. ErrLocked when
	// ctx ended before. The engine has no need of it: it is for tools.
	LockPool(ctx context.Context, provider string) (unlock func() error, err error)

	// UpdatePool is Update for what belongs to the pool as a whole. A pool
	// that stored nothing yet starts from the zero PoolState. Of bindings, owners
	// and alerts the latest are stored.
	UpdatePool(ctx context.Context, provider string, mutate func(*PoolState)) (PoolState, error)

	// Close releases what the store holds. No other call may follow.
	Close() error
}

// Locked is one account under its lock. It is for one goroutine at a time.
type Locked interface {
	// Record returns the account as it was read under the lock or as the
	// last Update left it.
	Record() account.Record
	// Update is [Store.Update] without taking the lock a second time; after
	// Unlock it fails.
	Update(ctx context.Context, mutate Mutation) (account.Record, error)
	// Intent returns what an earlier holder intended and did not live to
	// finish: an exchange of the refresh token that is stored now. It is nil
	// when there is none.
	Intent() (*account.Intent, error)
	// Intend makes it durable that the stored refresh token is about to be spent.
	Intend(intent account.Intent) error
	// Settle forgets the intent: the exchange's outcome is durable, or the
	// server has refused it.
	Settle() error
	// Unlock lets the others in. Calling it twice is no error.
	Unlock() error
}

// Watching is who a watch tells. The functions are called one at a time and
// must be quick.
type Watching struct {
	// Changed is told the id of an account that was added, changed or
	// removed, or may have been.
	Changed func(id string)
	// Present is told the ids of all accounts, now and then: what the other
	// one was not told of shows here.
	Present func(ids []string)
	// Claimed is told what others claim, each time that changes.
	Claimed func(ids map[string]bool)
	// Pool, when set, is told what is stored of the pool when that may have
	// changed.
	Pool func(state PoolState)
}

// Mutation changes an account in place. It must be quick, must not keep the
// pointer, and may run again on a newer record. ID and Provider are the store's,
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

// Quarantined is a file that could not be used; its bytes are kept. A file
// that does not parse has been renamed. One that is only refused is where it
// was, and is used again when it has been mended: it was written by a newer
// version, is open to other users or belongs to one, is larger than 1 MiB, or is
// no file at all, but a folder, a pipe, a link that leads nowhere.
type Quarantined struct {
	// ID is the account's, taken from the file's name; empty for the file
	// that holds the PoolState.
	ID string
	// Path is where the bytes are now.
	Path string
	// InPlace is set when they are where they were.
	InPlace bool
	// Reason says what was wrong and what mends it, without the file's
	// content. It is empty when the file was set aside by an earlier Load.
	Reason string
	// Err is the cause behind Reason: ErrCorrupt, ErrNewerVersion, a
	// *PermissionError or a *StorageError; nil when Reason is empty.
	Err error
	// At is when the file was set aside or refused.
	At time.Time
}

// PoolState is what a pool remembers beyond its accounts.
type PoolState struct {
	// Active is the id of the account in use; empty for none.
	Active string
	// Pinned is the id of the account that serves all requests; empty for none.
	Pinned string
	// PinnedAt is when that was wished, and later for each pin than for the one
	// before.
	PinnedAt time.Time
	// Bindings tie an affinity key to an account: 2 000 keys of 64 bytes at most.
	Bindings map[string]Binding
	// Owned says which account made a resource that only it can use: as many.
	Owned map[string]Binding
	// Limits hold for all accounts, Freed is evidence against some.
	Limits []account.Limit
	Freed  []account.Freed
	// ImportedAt is when other programs' logins were imported by themselves;
	// zero when that has not happened.
	ImportedAt time.Time
	// Alerts are what owners were alerted of, by "<account id>/<state>": 10 000
	// at most.
	Alerts map[string]Alert
	// Unknown are stored fields that this version does not know; they
	// survive a rewrite.
	Unknown map[string]json.RawMessage
}

// Alert is one state that an account's owner was told of.
type Alert struct {
	// Generation is that of the login which had the state.
	Generation uint64
	At         time.Time
}

// Binding ties one conversation, or one resource that it made, to one account.
type Binding struct {
	Account string
	UsedAt  time.Time
}
