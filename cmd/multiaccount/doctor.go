package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/providers/configured"
	"github.com/seed-810f1486/multiaccount/tui"
)

const doctorHelp = `Look for what keeps accounts from working, and say what to do about it.

It looks at the settings (a provider's name that is misspelt, a program that is not
there), at the state folder (who may enter it, whether it has room, whether its
locks work), at each account (two of one name, a token exchange that was cut off),
at this machine's clock, at the agents that are set up, and at whether the providers answer; nothing is sent there
but an empty request without credentials, and a question that costs nothing with
each API key. It changes and mends nothing by itself.

The exit status is 0 when nothing is wrong, 3 when an account needs its owner, and 1
when something else is wrong.`

// level is how a check came out.
type level string

const (
	levelOK      level = "ok"
	levelWarning level = "warning"
	levelProblem level = "problem"
)

// finding is one check and how it came out. Its JSON names are stable.
type finding struct {
	Check   string `json:"check"`
	Level   level  `json:"level"`
	Message string `json:"message"`
	// Fix is what to do; empty when there is nothing to do.
	Fix string `json:"fix,omitempty"`
	// owner is set when an account needs its owner.
	owner bool
}

func fine(check, message string) finding {
	return finding{Check: check, Level: levelOK, Message: message}
}

func warning(check, message, fix string) finding {
	return finding{Check: check, Level: levelWarning, Message: message, Fix: fix}
}

func problem(check, message, fix string) finding {
	return finding{Check: check, Level: levelProblem, Message: message, Fix: fix}
}

func newDoctor(s streams) *cobra.Command {
	f, offline := &accountFlags{}, false
	c := f.add(&cobra.Command{
		Use: "doctor", Short: "Look for what keeps accounts from working", Long: doctorHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			found, err := examine(c.Context(), s, f.provider, offline)
			if err != nil {
				return err
			}
			return tellFindings(s, found, f.json)
		},
	})
	c.Flags().BoolVar(&offline, "offline", false, "ask no provider")
	return c
}

// examine makes every check that those before it allow.
func examine(ctx context.Context, s streams, provider string, offline bool) ([]finding, error) {
	dir, user, found := examineSettings(s)
	if user == nil {
		return found, nil
	}
	all := configured.All(*user)
	if provider != "" {
		all = named(provider, all)
		if len(all) == 0 {
			return nil, &usageError{unknownProvider(provider, configured.All(*user))}
		}
	}
	accounts, err := examineFolder(ctx, s, dir, provider, offline)
	if err != nil {
		return nil, err
	}
	found = append(found, accounts...)
	agents, err := examineAgents(s)
	if err != nil {
		return nil, err
	}
	found = append(found, agents...)
	if !offline {
		found = append(found, examineProviders(ctx, all, *user)...)
	}
	return found, nil
}

func tellFindings(s streams, found []finding, asJSON bool) error {
	var err error
	if asJSON {
		err = writeJSON(s, found)
	} else {
		text := findingsText(found)
		if tui.IsTerminal(s.out) {
			text = lipgloss.Wrap(text, tui.Width(s.out), " ")
		}
		err = tui.Print(s.out, text)
	}
	return errors.Join(err, verdictOf(found))
}

// verdictOf is what the doctor ends with.
func verdictOf(found []finding) error {
	var err error
	for _, f := range found {
		switch {
		case f.Level != levelProblem:
		case !f.owner:
			return errUnwell
		default:
			err = errNeedsOwner
		}
	}
	return err
}

func findingsText(found []finding) string {
	var text strings.Builder
	for _, f := range found {
		fmt.Fprintf(&text, "%s %s  %s\n", f.Level.mark(), tui.Fit(tui.Clean(f.Check), len("anthropic")), printable.Lines(f.Message))
		if f.Fix != "" {
			fmt.Fprintf(&text, "  %s  → %s\n", tui.Fit("", len("anthropic")), tui.Clean(f.Fix))
		}
	}
	return text.String()
}

func (l level) mark() string {
	look := tui.Colours()
	switch l {
	case levelWarning:
		return look.Warn.Render("!")
	case levelProblem:
		return look.Bad.Render("✗")
	case levelOK:
	}
	return look.Good.Render("✓")
}
