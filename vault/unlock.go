package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/seed-810f1486/multiaccount/internal/regular"
	"github.com/seed-810f1486/multiaccount/persistence"
)

const (
	// unlockFile says in the state folder until when the keyring has the key. It is
	// no secret: without it the keyring is never asked.
	unlockFile    = "unlocked.json"
	maxUnlockFile = 4 << 10
)

// unlockNote is the content of unlockFile; the zero value says that the folder is locked.
type unlockNote struct {
	Until time.Time `json:"until,omitzero"`
}

// unlockedKey is what the keyring keeps. Its own end counts, whatever the file says.
type unlockedKey struct {
	Key   string    `json:"key"`
	Until time.Time `json:"until"`
}

// ErrNotLockable is returned for a folder that no passphrase locks: one in plain
// text, or whose key is in the keyring for good.
var ErrNotLockable = errors.New("these accounts are not encrypted with a passphrase: there is nothing to unlock or to lock")

// Unlock keeps the key of the folder in the operating system's keyring until that
// moment, so that [Open] needs neither the passphrase nor the second that it takes.
// Programs of the same user can read it there meanwhile. The errors are
// [ErrNotLockable], [ErrNoKeyring] and those of the disk.
func (k Key) Unlock(ctx context.Context, dir string, until time.Time) error {
	e, err := lockable(dir)
	if err != nil {
		return err
	}
	value, err := json.Marshal(unlockedKey{k.identity.String(), until})
	if err != nil {
		return err
	}
	if err := keyring.Set(service, unlockName(e), string(value)); err != nil {
		return fmt.Errorf("%w: %w", ErrNoKeyring, err)
	}
	return writeNote(ctx, dir, unlockNote{until})
}

// Lock takes the key of the folder out of the keyring again. A folder that is
// locked stays so. The errors are those of [Key.Unlock].
func Lock(ctx context.Context, dir string) error {
	e, err := lockable(dir)
	if err != nil {
		return err
	}
	if note := readNote(dir); note.Until.IsZero() {
		return nil
	}
	if err := keyring.Delete(service, unlockName(e)); err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return fmt.Errorf("%w: %w", ErrNoKeyring, err)
	}
	return writeNote(ctx, dir, unlockNote{})
}

// UnlockedUntil returns until when the folder is unlocked; the zero time when it is
// locked, or has no passphrase.
func UnlockedUntil(dir string) time.Time {
	e, err := lockable(dir)
	if err != nil {
		return time.Time{}
	}
	_, until := unlocked(dir, e)
	return until
}

// unlocked returns the key while the keyring has it; until is zero when it has not.
func unlocked(dir string, e persistence.Encryption) (key Key, until time.Time) {
	if note := readNote(dir); !time.Now().Before(note.Until) {
		return Key{}, time.Time{}
	}
	text, err := keyring.Get(service, unlockName(e))
	if err != nil {
		return Key{}, time.Time{}
	}
	var kept unlockedKey
	if json.Unmarshal([]byte(text), &kept) != nil || !time.Now().Before(kept.Until) {
		_ = keyring.Delete(service, unlockName(e)) // it opens nothing any more
		return Key{}, time.Time{}
	}
	if key, err = parse(kept.Key); err != nil {
		return Key{}, time.Time{}
	}
	return key, kept.Until
}

// unlockName is the name of a folder's key in the keyring.
func unlockName(e persistence.Encryption) string {
	sum := sha256.Sum256([]byte(e.Key))
	return "unlocked-" + hex.EncodeToString(sum[:8])
}

// lockable returns how a folder is encrypted with a passphrase.
func lockable(dir string) (persistence.Encryption, error) {
	e, sealed, err := persistence.ReadEncryption(dir)
	if err == nil && (!sealed || e.Method != Passphrase) {
		err = ErrNotLockable
	}
	return e, err
}

// readNote takes a file that cannot be read for none: then the passphrase is asked for.
func readNote(dir string) unlockNote {
	var note unlockNote
	data, _, err := regular.Read(filepath.Join(dir, unlockFile), maxUnlockFile)
	if err != nil || json.Unmarshal(data, &note) != nil {
		return unlockNote{}
	}
	return note
}

func writeNote(ctx context.Context, dir string, note unlockNote) error {
	return persistence.EditFile(ctx, filepath.Join(dir, unlockFile), func([]byte) ([]byte, error) {
		return json.Marshal(note)
	})
}
