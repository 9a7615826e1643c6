package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount/internal/nearest"
	"github.com/seed-810f1486/multiaccount/tui"
)

// find returns the account of that id, else of that label or e-mail. Nothing is
// guessed: what a command changes is what was named. Another name is an error with
// a suggestion.
func (o *session) find(ctx context.Context, provider, name string) (*entry, error) {
	all, err := o.entries(ctx, provider)
	if err != nil {
		return nil, err
	}
	if found := exactly(all, name); len(found) > 0 {
		return only(found, name)
	}
	return nil, unknownAccount(all, name)
}

// findBegun is find for commands that only read: the beginning of an id, of a
// label or of an e-mail will do where nothing has the whole name.
func (o *session) findBegun(ctx context.Context, provider, name string) (*entry, error) {
	all, err := o.entries(ctx, provider)
	if err != nil {
		return nil, err
	}
	for _, found := range [][]*entry{exactly(all, name), beginning(all, name)} {
		if len(found) > 0 {
			return only(found, name)
		}
	}
	return nil, unknownAccount(all, name)
}

// exactly returns the account of that id, else those of that label or e-mail.
func exactly(all []entry, name string) []*entry {
	if found := matching(all, func(e *entry) bool { return e.ID == name }); len(found) > 0 {
		return found
	}
	return matching(all, func(e *entry) bool { return called(e, name, strings.EqualFold) })
}

// beginning returns the accounts whose ids, else whose labels or e-mails, begin like that.
func beginning(all []entry, name string) []*entry {
	if found := matching(all, func(e *entry) bool { return name != "" && begins(e.ID, name) }); len(found) > 0 {
		return found
	}
	return matching(all, func(e *entry) bool { return called(e, name, begins) })
}

// called compares a name with the label and the e-mail, as they are stored and
// as they are printed. An account without an e-mail is not called "".
func called(e *entry, name string, fits func(text, name string) bool) bool {
	return name != "" && slices.ContainsFunc([]string{e.Label, e.Email, tui.Clean(e.Label), tui.Clean(e.Email)}, func(text string) bool { return fits(text, name) })
}

func begins(text, name string) bool {
	return strings.HasPrefix(strings.ToLower(text), strings.ToLower(name))
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
	return nil, &usageError{&codedError{codeAmbiguous, errors.New(text + linesOf(found))}}
}

// unknownAccount suggests the accounts that name may mean.
func unknownAccount(all []entry, name string) error {
	text := fmt.Sprintf("there is no account %q", name)
	meant := beginning(all, name)
	if len(meant) == 0 {
		meant = misspelt(all, name)
	}
	if len(meant) == 0 {
		text += `; "multiaccount accounts list" shows them`
	} else {
		text += "; an account is named by its whole id, label or e-mail. Did you mean" + linesOf(meant)
	}
	return &usageError{&codedError{codeUnknownAccount, errors.New(text)}}
}

// misspelt returns the accounts whose label or e-mail is nearly name.
func misspelt(all []entry, name string) []*entry {
	var names []string
	for i := range all {
		names = append(names, all[i].Label, all[i].Email)
	}
	meant := nearest.Of(name, names)
	return matching(all, func(e *entry) bool { return meant != "" && (e.Label == meant || e.Email == meant) })
}

// mostListed is how many accounts an error names.
const mostListed = 10

// linesOf is a line for each account: id, provider, label and e-mail.
func linesOf(found []*entry) string {
	text := ""
	for _, e := range found[:min(len(found), mostListed)] {
		text += fmt.Sprintf("\n  %s  %s  %s", tui.Clean(e.ID), tui.Clean(e.Provider), e.name())
		if e.Email != "" && e.Email != e.Label {
			text += "  " + tui.Clean(e.Email)
		}
	}
	if more := len(found) - mostListed; more > 0 {
		text += fmt.Sprintf("\n  and %s", tui.Count(more, "more", "more"))
	}
	return text
}
