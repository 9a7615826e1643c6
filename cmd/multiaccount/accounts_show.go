package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/tui"
)

func newAccountsShow(s streams) *cobra.Command {
	f := &accountFlags{}
	return f.add(&cobra.Command{
		Use: "show ACCOUNT", Short: "Show all that is known of an account, but its secrets", Args: cobra.ExactArgs(1),
		ValidArgsFunction: completeAccount(s, f),
		RunE: func(c *cobra.Command, args []string) error {
			return withReading(c.Context(), s, func(o *session) error {
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
		{"kind", kindOf(e)},
		{"plan", e.Plan},
		{"state", tui.Colours().State(e.State).Render(string(e.State))},
		{"reason", e.Reason},
		{"active", yes(e.Active)},
		{"pinned", pinText(e)},
		{"priority", unlike(e.Priority, 0)},
		{"weight", unlike(max(e.Weight, 1), 1)},
		{"max in flight", unlike(e.MaxInFlight, 0)},
		{"soft quota", unlike(e.SoftQuota, 0)},
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

func pinText(e *entry) string {
	if e.Pinned {
		return "yes: it serves all requests"
	}
	return ""
}

// unlike is a number that is not the ordinary one, which goes without saying.
func unlike(n, ordinary int) string {
	if n == ordinary {
		return ""
	}
	return strconv.Itoa(n)
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
