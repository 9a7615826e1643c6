package main

import (
	"context"
	"fmt"
	"io"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
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
