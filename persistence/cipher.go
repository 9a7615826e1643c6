package persistence

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/seed-810f1486/multiaccount/account"
)

// Cipher encrypts stored accounts. It must be safe for concurrent use, and must
// authenticate: Open returns an error for data that Seal did not make, or made
// with another key.
type Cipher interface {
	Seal(plain []byte) ([]byte, error)
	Open(sealed []byte) ([]byte, error)
}

// Errors of encrypted folders.
var (
	// ErrSealed is returned when the folder is encrypted and the key is
	// missing or another one. Nothing was read or changed.
	ErrSealed = errors.New("the accounts are encrypted, and this key does not open them")
	// ErrNotSealed is returned when a key is given for a folder that is not
	// encrypted: nothing is stored in plain text by mistake.
	ErrNotSealed = errors.New("a key was given, but the accounts are not encrypted")
	// ErrInUse is returned when a folder cannot be converted because a program
	// has it open.
	ErrInUse = errors.New("another program has the state folder open: close it first")

	errConverting = errors.New("the accounts are being encrypted or decrypted")
)

// sealMark begins every encrypted file; a plain one begins with "{".
const sealMark = "multiaccount-sealed-1\n"

// encode returns a record as its file's content, encrypted when the folder is.
func (s *FileStore) encode(rec *account.Record) ([]byte, error) {
	plain, err := encodeAccount(rec)
	if err != nil || !s.seals {
		return plain, err
	}
	sealed, err := s.cipher.Seal(plain)
	if err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	return append([]byte(sealMark), sealed...), nil
}

// decode reads an account's file, encrypted or not: a conversion that was
// interrupted leaves both. Its errors are those of decodeAccount, and ErrSealed.
func (s *FileStore) decode(key Key, data []byte) (account.Record, error) {
	sealed, found := bytes.CutPrefix(data, []byte(sealMark))
	if !found {
		return decodeAccount(key, data)
	}
	if s.cipher == nil {
		return account.Record{}, ErrSealed
	}
	plain, err := s.cipher.Open(sealed)
	if err != nil {
		return account.Record{}, ErrSealed
	}
	return decodeAccount(key, plain)
}
