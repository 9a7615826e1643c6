package vault

import (
	"errors"
	"unicode/utf8"
)

// The least that a passphrase must have.
const (
	leastLetters   = 12
	leastDifferent = 5
)

// ErrWeakPassphrase is returned by [CheckPassphrase].
var ErrWeakPassphrase = errors.New("this passphrase is too weak: it needs 12 characters at least, 5 different ones among them; four random words make a good one")

// CheckPassphrase returns [ErrWeakPassphrase] for a new passphrase that is too
// short, or says the same few characters again and again. Whoever has a copy of the
// folder can try passphrases as fast as his machines allow.
func CheckPassphrase(passphrase string) error {
	different := map[rune]bool{}
	for _, r := range passphrase {
		different[r] = true
	}
	if utf8.RuneCountInString(passphrase) < leastLetters || len(different) < leastDifferent {
		return ErrWeakPassphrase
	}
	return nil
}
