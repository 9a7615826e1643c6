package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/tui"
)

const importHelp = `Take in the logins that other programs keep: OpenCode, Codex, Claude Code and
multi-account-core. Without a PATH they are looked for where those keep them.

The files are only read. A login with tokens stays linked to its program, which
goes on refreshing it, until "accounts adopt" or --adopt takes it over; that
program then has to log in anew.`

// importJSON is what --json prints of a login that was found.
type importJSON struct {
	Path      string                    `json:"path"`
	Name      string                    `json:"name"`
	Format    account.OriginFormat      `json:"format"`
	Provider  string                    `json:"provider"`
	AccountID string                    `json:"account_id,omitempty"`
	Label     string                    `json:"label"`
	Linked    bool                      `json:"linked"`
	Result    multiaccount.ImportResult `json:"result"`
	Reason    string                    `json:"reason,omitempty"`
	Note      string                    `json:"note,omitempty"`
}

func newImport(s streams) *cobra.Command {
	options, asJSON := multiaccount.ImportOptions{}, false
	c := &cobra.Command{
		Use: "import [PATH…]", Short: "Take in the logins that other programs keep", Long: importHelp,
		RunE: func(c *cobra.Command, args []string) error {
			options.Paths = args
			return withSession(c.Context(), s, func(o *session) error {
				return runImport(c.Context(), s, o, options, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&options.DryRun, "dry-run", false, "only tell what would be taken")
	c.Flags().BoolVar(&options.Adopt, "adopt", false, "take the logins over from their programs at once")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, and nothing else")
	return c
}

// runImport prints the report also when the import ended with an error.
func runImport(ctx context.Context, s streams, o *session, options multiaccount.ImportOptions, asJSON bool) error {
	report, err := o.engine.Import(ctx, options)
	if asJSON {
		return errors.Join(writeJSON(s, importsJSON(report)), err)
	}
	if len(report) == 0 {
		return errors.Join(write(s, "No logins of other programs were found.\n"), err)
	}
	look := tui.Colours()
	t := newTable("RESULT", "PROVIDER", "LOGIN", "FROM", "NOTE")
	for i := range report {
		e := &report[i]
		style := look.Faint
		switch e.Result {
		case multiaccount.ImportTaken:
			style = look.Good
		case multiaccount.ImportSkipped:
			style = look.Warn
		case multiaccount.ImportKnown:
		}
		t.add(style.Render(string(e.Result)), e.Provider, tui.Clean(nameOf(e)), tui.Clean(e.Path), tui.Clean(noteOn(e)))
	}
	if options.DryRun {
		t.add("", "", "", "", "nothing was stored: this was a dry run")
	}
	return errors.Join(t.print(s.out), err)
}

// noteOn is what there is to say of a login that was found.
func noteOn(e *multiaccount.ImportEntry) string {
	notes := []string{e.Reason, e.Note}
	if e.Linked {
		notes = append(notes, "linked")
	}
	return strings.Join(slices.DeleteFunc(notes, func(note string) bool { return note == "" }), "; ")
}

func nameOf(e *multiaccount.ImportEntry) string {
	if e.Label != "" {
		return e.Label
	}
	return e.Name
}

func importsJSON(report []multiaccount.ImportEntry) []importJSON {
	all := make([]importJSON, len(report))
	for i, e := range report {
		all[i] = importJSON(e)
	}
	return all
}
