package settings

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed-810f1486/multiaccount/internal/nearest"
)

// unknownKey says what the writer of a key that does not exist may have meant.
func unknownKey(name string, fields []field) error {
	for _, e := range endpoints() {
		if e.name == name {
			return fmt.Errorf("stands under %q only: each provider has its own", providersKey+".<name>")
		}
	}
	if meant := nearest.Of(name, namesOf(fields)); meant != "" {
		return fmt.Errorf("no such setting; did you mean %q?", meant)
	}
	return errors.New("no such setting; there are " + strings.Join(namesOf(fields), ", "))
}

func namesOf(fields []field) []string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.name
	}
	return all
}
