package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/tui"
)

func newAccountsShow(s streams) *cobra.Command {
	f := &accountFlags{}
	return f.add(&cobra.Command{
		Use: "show ACCOUNT", Short: "Show all that is known of an account, but its secrets", Args: cobra.ExactArgs(1),
		ValidArgsFunction: completeAccount(f),
		RunE: func(c *cobra.Command, args []string) error {
			return withSession(c.Context(), s, func(o *session) error {
				e, err := o.findBegun(c.Context(), f.provider, args[0])
				if err != nil {
					return err
				}
				if f.json {
					return writeJSON(s, e)
				}
				return showAccount(s, e.shown())
			})
		},
	})
}

func showAccount(s streams, e *entry) error {
	t := &table{}
	faint := tui.Colours().Faint
	for _, line := range [][2]string{
		{"account", e.Label},
		{"provider", e.Provider},
		{"id", e.ID},
		{"e-mail", e.Email},
		{"plan", e.Plan},
		{"state", tui.Colours().State(e.State).Render(string(e.State))},
		{"reason", e.Reason},
		{"active", yes(e.Active)},
		{"limited until", moment(e.CooldownUntil)},
		{"token ends", moment(e.ExpiresAt)},
		{"last used", moment(e.LastUsedAt)},
		{"linked to", e.LinkedTo},
	} {
		if line[1] != "" {
			t.add(faint.Render(line[0]), line[1])
		}
	}
	for _, w := range e.Usage {
		t.add(faint.Render("quota "+w.Name), w.bar(time.Now()))
	}
	return t.print(s.out)
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

// moment says when something is, and how far away that is.
func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	text := at.Local().Format("2006-01-02 15:04:05")
	if wait := time.Until(at); wait > 0 {
		return fmt.Sprintf("%s (in %s)", text, tui.Wait(wait))
	}
	return fmt.Sprintf("%s (%s ago)", text, tui.Wait(time.Since(at)))
}
