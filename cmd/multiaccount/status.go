package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/tui"
)

func newStatus(s streams) *cobra.Command {
	f, watch, check := &accountFlags{}, false, false
	c := f.add(&cobra.Command{
		Use: "status", Short: "Show how the accounts are, and what is left of their quota", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			show := showStatus
			switch {
			case watch && check:
				return &usageError{errors.New("--check and --watch exclude each other")}
			case watch:
				show = watchStatus
			}
			return withReading(c.Context(), s, func(o *session) error {
				if err := show(c.Context(), s, o, f); err != nil || !check {
					return err
				}
				return checkAccounts(c.Context(), o, f)
			})
		},
	})
	c.Flags().BoolVar(&check, "check", false, "end with status 3 when an account needs its owner")
	c.Flags().BoolVarP(&watch, "watch", "w", false, "show it until you leave; with --json, a line for each change")
	return c
}

// checkAccounts is an error when an account needs its owner.
func checkAccounts(ctx context.Context, o *session, f *accountFlags) error {
	all, err := o.entries(ctx, f.provider)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].NeedsOwner() {
			return errNeedsOwner
		}
	}
	return nil
}

func showStatus(ctx context.Context, s streams, o *session, f *accountFlags) error {
	if f.json {
		all, err := o.entries(ctx, f.provider)
		if err != nil {
			return err
		}
		return writeJSON(s, all)
	}
	page, err := statusPage(ctx, o, f, roomOf(s))
	if err != nil {
		return err
	}
	return tui.Print(s.out, page)
}

// statusPage is the status as a person reads it, in lines of that width; 0 is any.
func statusPage(ctx context.Context, o *session, f *accountFlags, room int) (string, error) {
	all, err := o.entries(ctx, f.provider)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return o.noAccounts(), nil
	}
	decisions, err := o.decisions(ctx, f.provider)
	now := time.Now()
	return statusText(all, now, room) + latestText(decisions, labelsOf(all), now, room), err
}
