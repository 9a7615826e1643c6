// Package vault keeps the key of an encrypted state folder: wrapped by a
// passphrase, or in the operating system's keyring. The encryption is that of
// age (https://age-encryption.org/v1): X25519 for each account, scrypt for the
// passphrase.
package vault

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// PassphraseVariable is the environment variable that [Open] reads a
// passphrase from.
const PassphraseVariable = "MULTIACCOUNT_PASSPHRASE"

// The methods of [persistence.Encryption].
const (
	Passphrase = "passphrase"
	Keyring    = "keyring"
)

// Errors of [Open].
var (
	// ErrNoPassphrase is returned for a folder that needs a passphrase when
	// none was given.
	ErrNoPassphrase = errors.New("the accounts are encrypted with a passphrase: set " + PassphraseVariable)
	// ErrWrongPassphrase is returned for a passphrase that does not open the
	// folder.
	ErrWrongPassphrase = errors.New("this passphrase does not open the accounts")
	// ErrNoKeyring is returned when the operating system's keyring cannot be
	// reached, or does not have the key.
	ErrNoKeyring = errors.New("the key of the accounts is not to be had from the keyring of this system")
)

// Key is the key of one folder. It implements [persistence.Cipher] and is safe
// for concurrent use.
type Key struct{ identity *age.X25519Identity }

var _ persistence.Cipher = Key{}

// NewKey makes a key.
func NewKey() (Key, error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return Key{}, fmt.Errorf("making a key: %w", err)
	}
	return Key{identity}, nil
}

// Seal implements [persistence.Cipher].
func (k Key) Seal(plain []byte) ([]byte, error) { return seal(plain, k.identity.Recipient()) }

// Open implements [persistence.Cipher].
func (k Key) Open(sealed []byte) ([]byte, error) { return open(sealed, k.identity) }

// Open returns the key of the folder dir, nil when its accounts are not
// encrypted: what it returns is fit for Config.Cipher as it is. A passphrase
// is asked for with ask when it is needed; nil means the environment variable
// [PassphraseVariable]. It is not needed while the folder is unlocked (see
// [Key.Unlock]). Errors: [ErrNoPassphrase], [ErrWrongPassphrase],
// [ErrNoKeyring], ask's, or why the folder could not be read. There is no
// fall-back to plain text.
func Open(dir string, ask func() (string, error)) (persistence.Cipher, error) {
	e, sealed, err := persistence.ReadEncryption(dir)
	if err != nil || !sealed {
		return nil, err
	}
	if e.Method == Passphrase {
		if key, until := unlocked(dir, e); !until.IsZero() {
			return key, nil
		}
	}
	key, err := Unlock(e, ask)
	if err != nil {
		return nil, err
	}
	return key, nil
}

// Unlock returns the key of accounts that are encrypted as e says, wherever
// they are stored. ask and the errors are those of [Open].
func Unlock(e persistence.Encryption, ask func() (string, error)) (Key, error) {
	switch e.Method {
	case Passphrase:
		return unwrap(e.Key, ask)
	case Keyring:
		return fromKeyring(e.Key)
	default:
		return Key{}, fmt.Errorf("the accounts are encrypted by the method %q, which this version does not know", e.Method)
	}
}

func seal(plain []byte, to age.Recipient) ([]byte, error) {
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return sealed.Bytes(), nil
}

func open(sealed []byte, by age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), by)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
