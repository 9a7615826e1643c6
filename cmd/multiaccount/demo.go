package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/internal/demo"
	"github.com/seed-810f1486/multiaccount/internal/tui/demoview"
	"github.com/seed-810f1486/multiaccount/tui"
)

const demoHelp = `Show the engine at work, without any account or network.

A fake provider on this machine serves Anthropic and OpenAI accounts, which an
engine keeps in a temporary folder. Workers send requests to both, plain and
streamed. Meanwhile tokens end, accounts hit their limits, one login is revoked,
connections break, and both providers have a bad spell.

With --processes the workers are shared out among that many processes, each
with an engine on the same folder.

With --serve it stays: a gateway before that provider, with accounts in as many
states as there are, and clients that use it. It prints a link to the dashboard
and a token to send requests with, until ctrl-c.

The exit status is 1 if a refresh token was spent twice, a login was lost, a
request ended in an error, a process failed, or a goroutine was left.`

func newDemo(s streams) *cobra.Command {
	options, asJSON, stay, address := demo.DefaultOptions(), false, false, ""
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show the engine at work, without any account or network",
		Long:  demoHelp,
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if stay {
				return serveDemo(c.Context(), s, address, asJSON)
			}
			return runDemo(c.Context(), s, options, asJSON)
		},
	}
	flags := c.Flags()
	flags.BoolVar(&asJSON, "json", false, "print JSON, and nothing else: the summary, or with --serve where it serves")
	flags.Uint64Var(&options.Seed, "seed", options.Seed, "what happens to which account, and when")
	flags.DurationVar(&options.Duration, "duration", options.Duration, "how long requests are sent")
	flags.IntVar(&options.Accounts, "accounts", options.Accounts, "how many accounts there are, shared out between both providers")
	flags.IntVar(&options.Workers, "workers", options.Workers, "how many requests are under way at the same time")
	flags.IntVar(&options.Processes, "processes", options.Processes, "how many processes share the folder and the workers")
	flags.BoolVar(&stay, "serve", false, "serve a gateway and its dashboard, and stay")
	flags.StringVar(&address, "listen", demoAddress, "with --serve, where to listen")
	for _, name := range []string{"seed", "duration", "accounts", "workers", "processes"} {
		c.MarkFlagsMutuallyExclusive("serve", name)
	}
	c.AddCommand(newJoin(s))
	return c
}

func runDemo(ctx context.Context, s streams, options demo.Options, asJSON bool) error {
	var others troupe
	defer others.complain(s.err)
	run, err := demo.Start(ctx, options, others.spawn)
	if err != nil {
		return err
	}
	var screen error
	if !asJSON && tui.IsTerminal(s.out) {
		screen = demoview.Watch(run, keyboard(s), s.out)
	}
	summary, err := run.Wait()
	return errors.Join(screen, err, printSummary(s, &summary, asJSON), failure(&summary))
}

// keyboard returns where keys are read from, nil when nobody has one.
func keyboard(s streams) io.Reader {
	if !tui.IsTerminal(s.in) {
		return nil
	}
	return s.in
}

func printSummary(s streams, summary *demo.Summary, asJSON bool) error {
	if !asJSON {
		return tui.Print(s.out, demoview.Report(summary, tui.Width(s.out)))
	}
	return writeJSON(s, summary)
}

// failure is the error of a run in which the engine broke a promise.
func failure(summary *demo.Summary) error {
	if problems := summary.Problems(); len(problems) > 0 {
		return errors.New("the demo failed: " + strings.Join(problems, "; "))
	}
	return nil
}
