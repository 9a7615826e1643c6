package main

import (
	"context"
	"fmt"
	"strings"
)

// find returns the account that name means: by its id, else by its label or
// e-mail, else by the beginning of its id, else by that of its label or e-mail.
func (o *session) find(ctx context.Context, provider, name string) (*entry, error) {
	all, err := o.entries(ctx, provider)
	if err != nil {
		return nil, err
	}
	for _, means := range []func(*entry) bool{
		func(e *entry) bool { return e.ID == name },
		func(e *entry) bool { return strings.EqualFold(e.Label, name) || strings.EqualFold(e.Email, name) },
		func(e *entry) bool { return begins(e.ID, name) },
		func(e *entry) bool { return begins(e.Label, name) || begins(e.Email, name) },
	} {
		if found := matching(all, means); len(found) > 0 {
			return only(found, name)
		}
	}
	return nil, &usageError{fmt.Errorf(`there is no account %q; "multiaccount accounts list" shows them`, name)}
}

func begins(text, name string) bool {
	return name != "" && strings.HasPrefix(strings.ToLower(text), strings.ToLower(name))
}

func matching(all []entry, means func(*entry) bool) []*entry {
	var found []*entry
	for i := range all {
		if means(&all[i]) {
			found = append(found, &all[i])
		}
	}
	return found
}

func only(found []*entry, name string) (*entry, error) {
	if len(found) == 1 {
		return found[0], nil
	}
	text := fmt.Sprintf("%q is not one account, but %d; name it by its id:", name, len(found))
	for _, e := range found {
		text += fmt.Sprintf("\n  %s  %s  %s", e.ID, e.Provider, e.Label)
	}
	return nil, &usageError{fmt.Errorf("%s", text)}
}
