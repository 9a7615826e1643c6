package vault

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/zalando/go-keyring"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// service is the name under which keys are in the keyring.
const service = "multiaccount"

// ByKeyring stores the key in the operating system's keyring and returns how a
// folder is encrypted with it. [ErrNoKeyring] when there is none.
func (k Key) ByKeyring() (persistence.Encryption, error) {
	name := uuid.NewString()
	if err := keyring.Set(service, name, k.identity.String()); err != nil {
		return persistence.Encryption{}, fmt.Errorf("%w: %w", ErrNoKeyring, err)
	}
	return persistence.Encryption{Method: Keyring, Key: name}, nil
}

// Forget removes from the keyring the key of a folder that is not encrypted any
// more. For a folder with a passphrase there is nothing to do.
func Forget(e persistence.Encryption) error {
	if e.Method != Keyring {
		return nil
	}
	return keyring.Delete(service, e.Key)
}

func fromKeyring(name string) (Key, error) {
	text, err := keyring.Get(service, name)
	if err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrNoKeyring, err)
	}
	return parse(text)
}
