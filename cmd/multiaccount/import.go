package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/tui"
)

const importHelp = `Take in the logins that other programs keep: OpenCode, Codex, Claude Code and
multi-account-core. Without a PATH they are looked for where those keep them.

The providers are asked whose the logins are, for their plans and their quota.
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
	Email     string                    `json:"email,omitempty"`
	Plan      string                    `json:"plan,omitempty"`
	Linked    bool                      `json:"linked"`
	Result    multiaccount.ImportResult `json:"result"`
	Reason    string                    `json:"reason,omitempty"`
	Note      string                    `json:"note,omitempty"`
	// Untold says which question about the account got no answer.
	Untold string `json:"untold,omitempty"`
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
	c.Flags().BoolVar(&options.Once, "once", false, "only into pools that are empty and were not imported into so before")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, and nothing else")
	return c
}

// runImport prints the report also when the import ended with an error.
func runImport(ctx context.Context, s streams, o *session, options multiaccount.ImportOptions, asJSON bool) error {
	report, err := o.engine.Import(ctx, options)
	all := o.describe(ctx, report)
	if asJSON {
		return errors.Join(writeJSON(s, all), err)
	}
	if len(all) == 0 {
		return errors.Join(write(s, "No logins of other programs were found.\n"), err)
	}
	look := tui.Colours()
	t := newTable("RESULT", "PROVIDER", "LOGIN", "PLAN", "FROM")
	t.spare = []int{3}
	for i := range all {
		e := &all[i]
		t.add(styleOf(e.Result).Render(string(e.Result)), e.Provider, tui.Clean(cmp.Or(e.Label, e.Email, e.Name)), tui.Clean(e.Plan),
			tui.Clean(e.Path))
		if note := tui.Clean(e.note()); note != "" {
			t.span(look.Faint.Render(note))
		}
	}
	if options.DryRun {
		t.span("nothing was stored: this was a dry run")
	}
	return errors.Join(t.print(s.out), err)
}

func styleOf(r multiaccount.ImportResult) lipgloss.Style {
	look := tui.Colours()
	switch r {
	case multiaccount.ImportTaken:
		return look.Good
	case multiaccount.ImportSkipped:
		return look.Warn
	case multiaccount.ImportKnown:
	}
	return look.Faint
}

// note is what there is to say of a login that was found.
func (e *importJSON) note() string {
	notes := []string{e.Reason, e.Note}
	if e.Linked {
		notes = append(notes, "linked")
	}
	if e.Untold != "" {
		notes = append(notes, "imported, but not all is known: "+e.Untold)
	}
	return strings.Join(slices.DeleteFunc(notes, func(note string) bool { return note == "" }), "; ")
}
