package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/hook"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
)

const testEventHelp = `Run the program that on_event names, as it is run when an account needs its owner,
with a sample: a login that the provider refuses, of an account that does not exist.
With a PROVIDER it is the program of that provider's settings. What the program
prints is dropped, as always; how it ended is told.`

// sampleTime is how long the program may take, as for a real event.
const sampleTime = 30 * time.Second

func configTestEventCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "test-event [PROVIDER]", Short: "Run the on_event program with a sample", Long: testEventHelp, Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: completeProvider(s),
		RunE: func(c *cobra.Command, args []string) error {
			path, err := settingsPath(s)
			if err != nil {
				return err
			}
			user, err := settings.Load(path)
			if err != nil {
				return err
			}
			provider := "anthropic"
			if len(args) > 0 {
				provider = args[0]
			}
			argv := user.For(provider).OnEvent
			if len(argv) == 0 {
				return fmt.Errorf(`no program is set: multiaccount config set on_event '["/path/to/program"]' (in %s)`, tui.Clean(filepath.Base(path)))
			}
			return testEvent(c.Context(), s, argv, provider)
		},
	}
}

func testEvent(ctx context.Context, s streams, argv []string, provider string) error {
	text, err := multiaccount.EncodeEvent(multiaccount.LoginRejected{
		Occurrence: multiaccount.Occurrence{Provider: provider, AccountID: "00000000-0000-7000-8000-000000000000", Label: "sample", At: time.Now()},
		Kind:       account.FaultReauth, Generation: 1, Reason: "this is a sample: nothing is wrong",
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, sampleTime, errors.New("it did not end in time"))
	defer cancel()
	if err := hook.Run(ctx, argv, append(text, '\n')); err != nil {
		return fmt.Errorf("the on_event program failed: %w", err)
	}
	return write(s, tui.Clean(argv[0])+" ended well; it was given\n"+tui.Clean(string(text))+"\n")
}
