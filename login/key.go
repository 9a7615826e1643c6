package login

import (
	"errors"
	"fmt"

	"github.com/seed-810f1486/multiaccount/account"
)

// ParseKey reads an API key that its owner typed or pasted; white space around
// it is removed. Errors say what is wrong, and contain nothing of the text.
func ParseKey(text string) (account.Secret, error) {
	key, err := account.ParseSecret(text)
	switch {
	case err != nil:
		return account.Secret{}, fmt.Errorf("that is no API key: %w", err)
	case key.IsZero():
		return account.Secret{}, errors.New("no API key was given")
	}
	return key, nil
}
