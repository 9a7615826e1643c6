package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tui"
)

// maxKey bounds what is read of standard input; keys are short.
const maxKey = 64 << 10

// readKey reads an API key, unseen on a terminal.
func readKey(ctx context.Context, s streams, provider string) (account.Secret, error) {
	read := func() (string, error) {
		return tui.Awaited(ctx, func() (string, error) {
			text, err := io.ReadAll(io.LimitReader(s.in, maxKey))
			return string(text), err
		})
	}
	if isTerminal(s.in) {
		read = func() (string, error) { return s.terminal().Secret(ctx, "API key for "+provider+" (it is not shown):") }
	}
	text, err := read()
	if err != nil {
		return account.Secret{}, fmt.Errorf("reading the API key: %w", err)
	}
	return login.ParseKey(text)
}

// checkForm refuses a key of another provider, and names the command for that one.
// Where the settings lead to a server of the user's own, any key may be right.
func (o *session) checkForm(p providers.Provider, key account.Secret, command string) error {
	if o.settings.Providers[p.Name()].BaseURL != "" {
		return nil
	}
	err := login.CheckForm(p, o.providers, key)
	if foreign, ok := errors.AsType[*login.ForeignKeyError](err); ok {
		return &usageError{&codedError{codeForeignKey, fmt.Errorf("%w; call \"multiaccount %s %s\"", err, command, foreign.Issuer)}}
	}
	return err
}

// keyed is an account as JSON, with whether its new key was checked.
type keyed struct {
	*entry
	// KeyChecked is set when the provider has said that the key works.
	KeyChecked bool `json:"key_checked"`
}

// tellKey says what was done, and whether the key is known to work.
func tellKey(s streams, done string, e *entry, unchecked error, asJSON bool) error {
	if asJSON {
		return writeJSON(s, keyed{e, unchecked == nil})
	}
	if err := tell(s, done, e, false); err != nil {
		return err
	}
	return tui.Print(s.out, checkedText(unchecked))
}

// checkedText says whether a key was checked, and why not.
func checkedText(unchecked error) string {
	look := tui.Colours()
	if unchecked == nil {
		return look.Faint.Render("  The provider says that the key works.") + "\n"
	}
	return look.Warn.Render("  The key is stored, not checked: "+tui.Clean(unchecked.Error())) + "\n"
}
