package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount/tui"
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
		func(e *entry) bool { return called(e, name, strings.EqualFold) },
		func(e *entry) bool { return begins(e.ID, name) },
		func(e *entry) bool { return called(e, name, begins) },
	} {
		if found := matching(all, means); len(found) > 0 {
			return only(found, name)
		}
	}
	return nil, &usageError{fmt.Errorf(`there is no account %q; "multiaccount accounts list" shows them`, name)}
}

// called compares a name with the label and the e-mail, as they are stored and
// as they are printed.
func called(e *entry, name string, fits func(text, name string) bool) bool {
	return slices.ContainsFunc([]string{e.Label, e.Email, tui.Clean(e.Label), tui.Clean(e.Email)}, func(text string) bool { return fits(text, name) })
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
		text += fmt.Sprintf("\n  %s  %s  %s", tui.Clean(e.ID), tui.Clean(e.Provider), e.name())
	}
	return nil, &usageError{fmt.Errorf("%s", text)}
}
