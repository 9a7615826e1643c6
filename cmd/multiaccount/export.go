package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/migrate"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/tui"
)

const exportHelp = `Write the logins of one provider in the form of multi-account-core, for going
back to it.

The result holds every token in plain text. A FILE is for its owner alone
(mode 0600) and is not overwritten without --force; a terminal is refused.
Whoever uses that file owns the logins: two programs that refresh one login end
it for both.`

type exportOptions struct {
	provider, output string
	force            bool
}

func newExport(s streams) *cobra.Command {
	var x exportOptions
	c := &cobra.Command{
		Use: "export --provider PROVIDER", Short: "Write the logins of a provider for multi-account-core", Long: exportHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := x.check(s); err != nil {
				return &usageError{err}
			}
			return withReading(c.Context(), s, func(o *session) error { return runExport(c.Context(), s, o, &x) })
		},
	}
	c.Flags().StringVar(&x.provider, "provider", "", "whose logins")
	c.Flags().StringVar(&x.output, "output", "", "the file to write, in place of standard output")
	c.Flags().BoolVar(&x.force, "force", false, "overwrite the file")
	return c
}

func (x *exportOptions) check(s streams) error {
	switch {
	case x.provider == "":
		return errors.New("--provider is missing: a file holds the logins of one provider")
	case x.output == "" && tui.IsTerminal(s.out):
		return errors.New("secrets are not shown on a terminal: give a file with --output, or a pipe")
	}
	return nil
}

func runExport(ctx context.Context, s streams, o *session, x *exportOptions) error {
	if _, _, err := o.provider(x.provider); err != nil {
		return err
	}
	stored, err := o.store.Load(ctx, x.provider)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	skipped, err := migrate.Export(&text, stored.Accounts, stored.Pool.Active)
	if err != nil {
		return err
	}
	for _, left := range skipped {
		_, _ = fmt.Fprintf(s.err, "left out: %s: %s\n", tui.Clean(left.Name), left.Reason) // there is nobody else to tell
	}
	if x.output == "" {
		return write(s, text.String())
	}
	return existing(x.output, persistence.WriteFile(x.output, text.Bytes(), x.force))
}
