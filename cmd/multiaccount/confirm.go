package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seed-810f1486/multiaccount/tui"
)

var errNotConfirmed = errors.New("nothing was changed")

// confirm asks on a terminal. Elsewhere the owner must have said it before.
func confirm(ctx context.Context, s streams, question string, sure bool) error {
	if sure {
		return nil
	}
	if !tui.IsTerminal(s.in) {
		return &usageError{errors.New("nobody can be asked here: call it with --yes to do it")}
	}
	_, _ = fmt.Fprint(s.err, question+" [y/N] ") // a question that does not show is no reason to fail
	answer := make(chan string, 1)
	// Nothing can stop a read from a terminal: after an interruption it ends
	// with the process.
	go func() {
		line, _ := bufio.NewReader(s.in).ReadString('\n') // an end without an answer is a no
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case said := <-answer:
		if said == "y" || said == "yes" {
			return nil
		}
		return errNotConfirmed
	case <-ctx.Done():
		_, _ = fmt.Fprintln(s.err)
		return errNotConfirmed
	}
}
