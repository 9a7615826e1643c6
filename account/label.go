package account

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxLabel is how many characters a label may have.
const MaxLabel = 100

// ParseLabel returns a label as its owner typed it, without the white space
// around it. A blank label is an error, and so is one of more than [MaxLabel]
// characters.
func ParseLabel(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", errors.New("a name needs a letter at least")
	case n > MaxLabel:
		return "", fmt.Errorf("a name has %d characters at most, and this one has %d", MaxLabel, n)
	}
	return text, nil
}

// DisplayLabel returns the label, else the e-mail, else "Account (xxxxxxxx)"
// with the end of the id. The beginnings of ids that were made in the same
// minute are equal.
func (r *Record) DisplayLabel() string {
	switch {
	case r.Label != "":
		return r.Label
	case r.Email != "":
		return r.Email
	}
	return "Account (" + r.ID[max(0, len(r.ID)-8):] + ")"
}
