package persistence

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
)

// Encryption says how a folder's accounts are encrypted. Its file is no secret:
// without the passphrase or the keyring, what it holds of the key is useless.
type Encryption struct {
	// Method names who keeps the key.
	Method string `json:"method"`
	// Key is what Method needs to find or to unwrap the key.
	Key string `json:"key"`
	// Check is a text that the key must open; written by [Encrypt].
	Check []byte `json:"check"`
	// Complete is false while a conversion is under way, or was interrupted:
	// some accounts are encrypted, others are not.
	Complete bool `json:"complete"`
}

type encryptionWire struct {
	Version int `json:"version"`
	Encryption
}

const encryptionFile = "encryption.json"

// ReadEncryption returns how the folder's accounts are encrypted; ok is false
// for a folder without encryption, or that does not exist.
func ReadEncryption(dir string) (e Encryption, ok bool, err error) {
	return readEncryption(osFileSystem{}, dir)
}

func readEncryption(files fileSystem, dir string) (Encryption, bool, error) {
	path := filepath.Join(dir, encryptionFile)
	data, _, err := files.ReadFile(path, maxSmallFile)
	if errors.Is(err, fs.ErrNotExist) {
		return Encryption{}, false, nil
	}
	if err != nil {
		return Encryption{}, false, storageError(path, err)
	}
	var wire encryptionWire
	switch err := json.Unmarshal(data, &wire); {
	case wire.Version > formatVersion:
		return Encryption{}, false, storageError(path, ErrNewerVersion)
	case err != nil || wire.Version != formatVersion:
		return Encryption{}, false, storageError(path, corrupt(errors.New("it does not say how the accounts are encrypted: restore it")))
	}
	return wire.Encryption, true, nil
}

// writeEncryption returns when the file is durable.
func (s *FileStore) writeEncryption(e Encryption) error {
	data, err := json.Marshal(encryptionWire{Version: formatVersion, Encryption: e})
	if err != nil {
		return err
	}
	return s.replaceStale(filepath.Join(s.dir, encryptionFile), append(data, '\n'))
}

// checkEncryption refuses an encrypted folder without its key, and a key for a
// folder without encryption.
func (s *FileStore) checkEncryption() error {
	e, sealed, err := readEncryption(s.fs, s.dir)
	switch {
	case err != nil:
		return err
	case sealed && !opens(s.cipher, e):
		return storageError(s.dir, ErrSealed)
	case !sealed && s.cipher != nil:
		return storageError(s.dir, ErrNotSealed)
	}
	s.seals = sealed
	return nil
}

// checkConverted refuses a write when the folder was encrypted, or decrypted, since it
// was opened. That can happen only when somebody has deleted the lock that shows that it
// is open. A login would then be in plain text beside encrypted ones, or encrypted with
// a key that nobody is asked for.
func (s *FileStore) checkConverted() error {
	if s.converts {
		return nil
	}
	path := filepath.Join(s.dir, encryptionFile)
	switch _, err := s.fs.Stat(path); {
	case err == nil && !s.seals:
		return storageError(s.dir, ErrSealed)
	case errors.Is(err, fs.ErrNotExist) && s.seals:
		return storageError(s.dir, ErrNotSealed)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return storageError(path, err)
	}
	return nil
}

// checkText is the plain text of Check.
const checkText = "multiaccount"

// opens reports whether c has the key.
func opens(c Cipher, e Encryption) bool {
	if c == nil {
		return false
	}
	plain, err := c.Open(e.Check)
	return err == nil && string(plain) == checkText
}
