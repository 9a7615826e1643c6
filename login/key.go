package login

import (
	"errors"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
)

// ParseKey reads an API key as its owner brings it, with white space around
// it. The errors say what is wrong, and nothing of the text.
func ParseKey(text string) (account.Secret, error) {
	key := strings.TrimSpace(text)
	switch {
	case key == "":
		return account.Secret{}, errors.New("no API key was given")
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return account.Secret{}, errors.New("that is no API key: it has spaces or other characters that no key has")
	}
	return account.NewSecret(key), nil
}
