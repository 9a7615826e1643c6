package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/internal/shown"
	"github.com/seed-810f1486/multiaccount/tui"
)

const whyHelp = `Explain the latest decisions: which account was picked for a request and why, why
each other one was passed over, what was answered, and what followed.

Every program on this machine that uses the accounts leaves its latest hundred
decisions, and they are kept for a day. A conversation shows as the hash of its
key: name it, or its beginning, to see its decisions alone, or name an account.`

type whyFlags struct {
	accountFlags
	number int
}

func newWhy(s streams) *cobra.Command {
	f := &whyFlags{}
	c := f.add(&cobra.Command{
		Use: "why [CONVERSATION|ACCOUNT]", Short: "Explain which account served, and why", Long: whyHelp, Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: completeWhy(s, &f.accountFlags),
		RunE: func(c *cobra.Command, args []string) error {
			if f.number < 1 {
				return &usageError{fmt.Errorf("--number is %d, but has to be 1 or more", f.number)}
			}
			return withReading(c.Context(), s, func(o *session) error {
				return explain(c.Context(), s, o, f, strings.Join(args, ""))
			})
		},
	})
	c.Flags().IntVarP(&f.number, "number", "n", 10, "how many decisions to explain, the latest")
	return c
}

// decided is a decision as the commands print it.
type decided struct{ shown.Decision }

func explain(ctx context.Context, s streams, o *session, f *whyFlags, name string) error {
	accounts, err := o.entries(ctx, f.provider)
	if err != nil {
		return err
	}
	all, err := o.decisions(ctx, f.provider)
	if err == nil && name != "" {
		all, err = o.concerning(ctx, f.provider, name, all)
	}
	if err != nil {
		return err
	}
	all = all[max(0, len(all)-f.number):]
	switch {
	case f.json:
		return writeJSON(s, all)
	case len(all) == 0:
		return write(s, noDecisions)
	}
	text := decisionsText(all, labelsOf(accounts), time.Now())
	if tui.IsTerminal(s.out) {
		text = lipgloss.Wrap(text, tui.Width(s.out), " ")
	}
	return tui.Print(s.out, text)
}

const noDecisions = `No decisions are known. A program that sends requests through a pool leaves them, for a day.
`

// decisions returns those of one provider, of all without a name, the oldest first.
func (o *session) decisions(ctx context.Context, provider string) ([]decided, error) {
	all := []decided{}
	for _, p := range o.providers {
		if provider != "" && p.Name() != provider {
			continue
		}
		pool, err := o.engine.Pool(p.Name())
		if err != nil {
			return nil, err
		}
		some, err := pool.Decisions(ctx)
		if err != nil {
			return nil, err
		}
		for i := range some {
			all = append(all, decided{shown.Decision{Provider: p.Name(), Decision: some[i]}})
		}
	}
	slices.SortStableFunc(all, func(a, b decided) int { return a.At.Time().Compare(b.At.Time()) })
	return all, nil
}

// concerning returns the decisions for a conversation, else for an account.
func (o *session) concerning(ctx context.Context, provider, name string, all []decided) ([]decided, error) {
	mine := slices.DeleteFunc(slices.Clone(all), func(d decided) bool { return !strings.HasPrefix(d.Conversation, name) })
	if len(mine) > 0 {
		return mine, nil
	}
	account, err := o.findBegun(ctx, provider, name)
	if err != nil {
		return nil, &usageError{fmt.Errorf("%q is no conversation with a known decision, and %w", name, err)}
	}
	return decisionsAbout(account.ID, all), nil
}

// decisionsAbout leaves those that chose the account, or had tried it before.
func decisionsAbout(id string, all []decided) []decided {
	return slices.DeleteFunc(all, func(d decided) bool { return d.Chosen != id && !slices.Contains(d.Tried, id) })
}

// labelsOf maps ids to what a person calls the accounts.
func labelsOf(accounts []entry) map[string]string {
	labels := make(map[string]string, len(accounts))
	for i := range accounts {
		labels[accounts[i].ID] = accounts[i].name()
	}
	return labels
}
