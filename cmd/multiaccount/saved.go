package main

import (
	"fmt"
	"time"

	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/tui"
)

// savedJSON is what "login --json" prints.
type savedJSON struct {
	Provider string      `json:"provider"`
	ID       string      `json:"id"`
	Label    string      `json:"label"`
	Email    string      `json:"email,omitempty"`
	Plan     string      `json:"plan,omitempty"`
	Known    bool        `json:"known"`
	Usage    []usageJSON `json:"usage,omitempty"`
	// Untold are the questions about the account that got no answer.
	Untold []string `json:"untold,omitempty"`
	// KeyChecked is there for an API key, and set when the provider has said that it works.
	KeyChecked *bool `json:"key_checked,omitempty"`
}

type usageJSON struct {
	Name        string    `json:"name"`
	Utilization float64   `json:"utilization_percent"`
	ResetAt     time.Time `json:"reset_at,omitzero"`
}

func printSaved(s streams, provider string, a *login.Saved, isKey, asJSON bool) error {
	if asJSON {
		return printSavedJSON(s, provider, a, isKey)
	}
	for _, err := range a.Untold {
		_, _ = fmt.Fprintf(s.err, "The account is stored, but %s\n", tui.Clean(err.Error())) // there is nobody else to tell
	}
	look := tui.Colours()
	text := look.Good.Render("✓") + " Logged in to " + provider + " as " + look.Title.Render(tui.Clean(a.Label))
	if a.Plan != "" {
		text += " (" + tui.Clean(a.Plan) + ")"
	}
	text += "\n"
	if a.Known {
		text += look.Faint.Render("  The account was known; it has the new login.") + "\n"
	}
	if isKey {
		text += checkedText(a.Unchecked)
	}
	for _, w := range a.Usage {
		done, left := tui.Bar(barWidth, w.Utilization/100)
		text += fmt.Sprintf("  %s %s %3.0f %%%s\n", tui.Fit(tui.Clean(w.Name), nameWidth), look.Busy.Render(done)+look.Faint.Render(left),
			w.Utilization, resets(w.ResetAt))
	}
	return tui.Print(s.out, text)
}

const (
	barWidth  = 20
	nameWidth = 10
)

func resets(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return ", resets " + tui.When(at, time.Now())
}

func printSavedJSON(s streams, provider string, a *login.Saved, isKey bool) error {
	shown := savedJSONOf(provider, a)
	if checked := a.Unchecked == nil; isKey {
		shown.KeyChecked = &checked
	}
	return writeJSON(s, shown)
}

func savedJSONOf(provider string, a *login.Saved) savedJSON {
	shown := savedJSON{Provider: provider, ID: a.ID, Label: a.Label, Email: a.Email, Plan: a.Plan, Known: a.Known}
	for _, w := range a.Usage {
		shown.Usage = append(shown.Usage, usageJSON{w.Name, w.Utilization, w.ResetAt})
	}
	for _, err := range a.Untold {
		shown.Untold = append(shown.Untold, err.Error())
	}
	return shown
}
