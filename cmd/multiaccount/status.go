package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/tui"
)

const (
	quotaWidth = 20
	quotaName  = 10
	// latestDecisions is how many the status shows.
	latestDecisions = 5
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
		if all[i].needsOwner() {
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
	page, err := statusPage(ctx, o, f)
	if err != nil {
		return err
	}
	return tui.Print(s.out, page)
}

// statusPage is the status as a person reads it.
func statusPage(ctx context.Context, o *session, f *accountFlags) (string, error) {
	all, err := o.entries(ctx, f.provider)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return o.noAccounts(), nil
	}
	decisions, err := o.decisions(ctx, f.provider)
	now := time.Now()
	return statusText(all, now) + latestText(decisions, labelsOf(all), now), err
}

// statusText is the whole screen, a block for each provider.
func statusText(all []entry, now time.Time) string {
	var text strings.Builder
	provider := ""
	for i := range all {
		if e := &all[i]; e.Provider != provider {
			if provider != "" {
				text.WriteString("\n")
			}
			provider = e.Provider
			text.WriteString(heading(all, provider) + "\n")
		}
		text.WriteString(all[i].shown().block(now))
	}
	return text.String()
}

// latestText is a line for each of the latest decisions; empty when none is known.
func latestText(all []decided, labels map[string]string, now time.Time) string {
	if len(all) == 0 {
		return ""
	}
	text := "\n" + tui.Colours().Title.Render("latest decisions") + "\n"
	for _, d := range all[max(0, len(all)-latestDecisions):] {
		line := d.headline(labels, now)
		if d.Answer != nil {
			line += "  " + answerText(d.Answer)
		}
		text += "  " + line + "\n"
	}
	return text + tui.Colours().Faint.Render(`  "multiaccount why" explains them`) + "\n"
}

func heading(all []entry, provider string) string {
	count, ready := 0, 0
	for i := range all {
		if all[i].Provider == provider {
			count++
			if all[i].State == multiaccount.StateReady {
				ready++
			}
		}
	}
	look := tui.Colours()
	return look.Title.Render(tui.Clean(provider)) + "  " + look.Faint.Render(fmt.Sprintf("%s, %d ready", tui.Count(count, "account", "accounts"), ready))
}

// block is an account with what there is to say of it, on lines of their own.
func (e *entry) block(now time.Time) string {
	look := tui.Colours()
	line := "  " + look.State(e.State).Render("●") + " " + look.Title.Render(e.name()) + "  " + look.State(e.State).Render(string(e.State))
	if e.Plan != "" {
		line += "  " + e.Plan
	}
	if e.Active {
		line += "  " + look.Busy.Render("active")
	}
	if e.Pinned {
		line += "  " + look.Busy.Render("pinned: it serves all requests")
	}
	if e.Claimed {
		line += "  " + look.Faint.Render(e.usedBy())
	}
	if wait := e.CooldownUntil.Sub(now); wait > 0 {
		line += "  " + look.Warn.Render("free "+tui.When(e.CooldownUntil, now))
	}
	line += "\n"
	if e.Reason != "" {
		line += "    " + e.Reason + "\n"
	}
	if e.LinkedTo != "" {
		line += "    " + look.Faint.Render("linked to "+e.LinkedTo) + "\n"
	}
	for _, w := range e.Usage {
		line += "    " + tui.Fit(w.Name, quotaName) + " " + w.bar(now) + "\n"
	}
	return line
}

// usedBy says which other processes use an account.
func (e *entry) usedBy() string {
	switch len(e.UsedBy) {
	case 0:
		return "another process uses it"
	case 1:
		return fmt.Sprintf("process %d uses it", e.UsedBy[0])
	}
	return "processes " + strings.Trim(fmt.Sprint(e.UsedBy), "[]") + " use it"
}

// bar shows how much of the window is used. A window that has been reset since
// tells nothing any more.
func (q quota) bar(now time.Time) string {
	look := tui.Colours()
	if !q.ResetAt.IsZero() && !q.ResetAt.After(now) {
		return look.Faint.Render("reset since it was told")
	}
	done, left := tui.Bar(quotaWidth, q.Utilization/100)
	text := look.Level(q.Utilization).Render(done) + look.Faint.Render(left) + fmt.Sprintf(" %3.0f %%", q.Utilization)
	if !q.ResetAt.IsZero() {
		text += look.Faint.Render("  resets " + tui.When(q.ResetAt, now))
	}
	return text
}
