package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
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
	var facts [][2]string
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
			facts = append(facts, line)
		}
	}
	room := roomOf(s)
	for _, w := range e.Usage {
		facts = append(facts, [2]string{"quota " + w.Name, quota(w).bar(time.Now(), less(room, len("limited until")+columnGap))})
	}
	return tui.Print(s.out, factsText(facts, room))
}

// factsText is a line for each name and value, wrapped where room is limited.
func factsText(facts [][2]string, room int) string {
	names := 0
	for _, f := range facts {
		names = max(names, lipgloss.Width(f[0]))
	}
	var text strings.Builder
	for _, f := range facts {
		value := f[1]
		if room > 0 {
			value = lipgloss.Wrap(value, max(1, room-names-columnGap), " ")
		}
		value = strings.ReplaceAll(value, "\n", "\n"+strings.Repeat(" ", names+columnGap))
		text.WriteString(tui.Colours().Faint.Render(f[0]) + strings.Repeat(" ", names-lipgloss.Width(f[0])+columnGap) + value + "\n")
	}
	return text.String()
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
