package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/internal/localgate"
	"github.com/seed-810f1486/multiaccount/internal/serving"
	"github.com/seed-810f1486/multiaccount/internal/setup"
	"github.com/seed-810f1486/multiaccount/tui"
)

const setupUndoHelp = `Take back what "multiaccount setup AGENT" has changed.

A file that nobody has touched since becomes what it was, byte for byte. In one that
was changed meanwhile, what setup has set becomes what it was, and all else stays. The
agent's client of the gateway is removed.`

func newSetupUndo(s streams) *cobra.Command {
	o := settingUp{streams: s}
	c := &cobra.Command{
		Use: "undo AGENT", Short: "Take back what setup has changed", Long: setupUndoHelp, Args: cobra.ExactArgs(1),
		ValidArgsFunction: completeAgent,
		RunE: func(c *cobra.Command, args []string) error {
			return o.named(c.Context(), args[0], func() error { return o.undo(c.Context()) })
		},
	}
	c.Flags().BoolVar(&o.dryRun, "dry-run", false, "show what would be changed, and change nothing")
	return c
}

func (o *settingUp) undo(ctx context.Context) error {
	record, err := setup.Load(o.dir, o.agent.Name)
	switch {
	case err != nil:
		return err
	case record == nil:
		return &codedError{codeNotSetUp, fmt.Errorf("%s is not set up: there is nothing to take back", o.agent.Title)}
	}
	plan, err := setup.ForUndo(o.dir, record)
	if err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	for _, key := range plan.Kept {
		o.warn([]string{key + " was changed since, and is left as it is"})
	}
	if o.dryRun {
		return write(o.streams, setup.Masked(plan.Diff(), localgate.Known(o.dir, record.Client)))
	}
	if err := plan.Apply(); err != nil {
		return err
	}
	if err := localgate.Forget(ctx, o.dir, filepath.Join(o.dir, serving.ClientsName), record.Client); err != nil {
		return err
	}
	look := tui.Colours()
	return tui.Print(o.out, look.Good.Render("✓")+" "+look.Title.Render(o.agent.Title)+" is as it was before\n")
}
