package vault

import (
	"encoding/base64"
	"errors"
	"os"

	"filippo.io/age"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// maxWork bounds what a folder may ask of scrypt, as a power of two: a folder
// from elsewhere must not make the program hang.
const maxWork = 20

// ByPassphrase returns how a folder is encrypted whose key a passphrase wraps.
func (k Key) ByPassphrase(passphrase string) (persistence.Encryption, error) {
	return k.wrapped(passphrase, 0)
}

// wrapped wraps the key; work is the power of two of scrypt's work, 0 for age's
// own.
func (k Key) wrapped(passphrase string, work int) (persistence.Encryption, error) {
	if passphrase == "" {
		return persistence.Encryption{}, ErrNoPassphrase
	}
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return persistence.Encryption{}, err
	}
	if work > 0 {
		to.SetWorkFactor(work)
	}
	wrapped, err := seal([]byte(k.identity.String()), to)
	return persistence.Encryption{Method: Passphrase, Key: base64.StdEncoding.EncodeToString(wrapped)}, err
}

// Environment returns the passphrase that [PassphraseVariable] holds.
func Environment() (string, error) {
	if passphrase := os.Getenv(PassphraseVariable); passphrase != "" {
		return passphrase, nil
	}
	return "", ErrNoPassphrase
}

func unwrap(key string, ask func() (string, error)) (Key, error) {
	if ask == nil {
		ask = Environment
	}
	passphrase, err := ask()
	if err != nil {
		return Key{}, err
	}
	if passphrase == "" {
		return Key{}, ErrNoPassphrase
	}
	wrapped, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		return Key{}, errors.New("the wrapped key of the accounts is damaged: restore encryption.json")
	}
	by, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return Key{}, err
	}
	by.SetMaxWorkFactor(maxWork)
	plain, err := open(wrapped, by)
	if err != nil {
		return Key{}, ErrWrongPassphrase
	}
	return parse(string(plain))
}

func parse(text string) (Key, error) {
	identity, err := age.ParseX25519Identity(text)
	if err != nil {
		return Key{}, errors.New("what was unwrapped is no key") // err may quote it
	}
	return Key{identity}, nil
}
