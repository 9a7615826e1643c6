package vault

import (
	"filippo.io/age"
)

// SealFile encrypts plain with a passphrase, as the program age does with its own:
// "age -d" opens what it returns. [ErrWeakPassphrase] for a passphrase that is soon guessed.
func SealFile(passphrase string, plain []byte) ([]byte, error) {
	if err := CheckPassphrase(passphrase); err != nil {
		return nil, err
	}
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	return seal(plain, to)
}

// OpenFile returns what [SealFile] encrypted. [ErrWrongPassphrase] for anything that
// this passphrase does not open.
func OpenFile(passphrase string, sealed []byte) ([]byte, error) {
	by, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, ErrWrongPassphrase
	}
	by.SetMaxWorkFactor(maxWork)
	plain, err := open(sealed, by)
	if err != nil {
		return nil, ErrWrongPassphrase
	}
	return plain, nil
}
