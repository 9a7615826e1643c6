package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/tui"
)

// change is a command that does one thing to one account.
type change struct {
	use, short string
	// done is the word for what happened.
	done string
	do   func(ctx context.Context, e *entry, args []string) error
}

// newAccountsChanges returns the commands of all changes.
func newAccountsChanges(s streams) []*cobra.Command {
	var all []*cobra.Command
	for _, ch := range []change{
		{"rename ACCOUNT LABEL", "Give an account another label", "renamed", func(ctx context.Context, e *entry, args []string) error {
			var label labelFlag
			if err := label.Set(args[0]); err != nil {
				return &usageError{err}
			}
			return e.pool.Rename(ctx, e.ID, string(label))
		}},
		{"enable ACCOUNT", "Switch an account on, and try its login again", "enabled", func(ctx context.Context, e *entry, _ []string) error {
			return e.pool.SetEnabled(ctx, e.ID, true)
		}},
		{"disable ACCOUNT", "Switch an account off", "disabled", func(ctx context.Context, e *entry, _ []string) error {
			return e.pool.SetEnabled(ctx, e.ID, false)
		}},
		{"refresh ACCOUNT", "Get an account a new token now", "refreshed", func(ctx context.Context, e *entry, _ []string) error {
			return e.pool.Refresh(ctx, e.ID)
		}},
		{"reset ACCOUNT", "Forget the limits of an account", "reset", func(ctx context.Context, e *entry, _ []string) error {
			return e.pool.ResetCooldown(ctx, e.ID)
		}},
		{
			"adopt ACCOUNT", "Take a linked login over from its program, which then has to log in anew", "adopted",
			func(ctx context.Context, e *entry, _ []string) error { return e.pool.Adopt(ctx, e.ID) },
		},
	} {
		all = append(all, ch.command(s))
	}
	return all
}

func (ch change) command(s streams) *cobra.Command {
	f := &accountFlags{}
	args := 1
	if ch.done == "renamed" {
		args = 2
	}
	return f.add(&cobra.Command{
		Use: ch.use, Short: ch.short, Args: cobra.ExactArgs(args), ValidArgsFunction: completeAccount(s, f),
		RunE: func(c *cobra.Command, args []string) error {
			return withSession(c.Context(), s, func(o *session) error { return ch.apply(c.Context(), s, o, f, args) })
		},
	})
}

func (ch change) apply(ctx context.Context, s streams, o *session, f *accountFlags, args []string) error {
	e, err := o.find(ctx, f.provider, args[0])
	if err != nil {
		return err
	}
	if err := ch.do(ctx, e, args[1:]); err != nil {
		return err
	}
	now, err := o.find(ctx, e.Provider, e.ID)
	if err != nil {
		return err
	}
	return tell(s, ch.done, now, f.json)
}

// tell says what was done to an account.
func tell(s streams, done string, e *entry, asJSON bool) error {
	if asJSON {
		return writeJSON(s, e)
	}
	look := tui.Colours()
	return tui.Print(s.out, look.Good.Render("✓")+" "+done+" "+look.Title.Render(e.name())+" of "+tui.Clean(e.Provider)+"\n")
}
