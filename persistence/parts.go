package persistence

import (
	"context"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// This file holds what a [Store] of another kind is built of, so that every
// store writes one format and keeps to the same bounds.

// EncodeAccount returns a record as a store keeps it: one JSON object, secrets
// in plain text. A store that leaves the machine encrypts it first.
func EncodeAccount(rec *account.Record) ([]byte, error) { return encodeAccount(rec) }

// DecodeAccount reads what [EncodeAccount] returned for the account key. Its
// errors are [ErrCorrupt] or [ErrNewerVersion], and hold nothing of the content.
func DecodeAccount(key Key, data []byte) (account.Record, error) { return decodeAccount(key, data) }

// EncodePool returns what is stored of a pool as one JSON object, with the
// bounds of [PoolState] kept.
func EncodePool(state *PoolState) ([]byte, error) {
	state.bound()
	return encodePool(state)
}

// DecodePool reads what [EncodePool] returned; its errors are those of
// [DecodeAccount].
func DecodePool(data []byte) (PoolState, error) { return decodePool(data) }

// Check returns [ErrName] for a key that no store takes.
func (k Key) Check() error { return k.check() }

// CheckProvider returns [ErrName] for a provider's name that no store takes.
func CheckProvider(name string) error { return checkProvider(name) }

// ByAge orders accounts as [Store.Load] does: as they were added.
func ByAge(a, b account.Record) int { return byAge(a, b) }

// Proven returns e with the Check that c, and no other key, opens.
func (e Encryption) Proven(c Cipher) (Encryption, error) {
	var err error
	e.Check, err = c.Seal([]byte(checkText))
	return e, err
}

// OpensWith reports whether c is the key that made the Check of e.
func (e Encryption) OpensWith(c Cipher) bool { return opens(c, e) }

// Lapsing is what a [Locked] may be as well: a lock that ends by itself once
// nothing has been heard of its holder for a time, as on a store that several
// machines share. The holder may be alive all the same, and not know.
type Lapsing interface {
	// Reserve makes the lock last for at least d from now, whether its holder
	// is heard of or not, and returns until when it surely does. Without that, a
	// refresh must not begin.
	Reserve(ctx context.Context, d time.Duration) (until time.Time, err error)
}
