// Command multiaccount is the engine's command line.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/cli/browser"
)

func main() {
	browser.Stdout, browser.Stderr = io.Discard, io.Discard // a browser's own words are no result
	os.Exit(run(os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// run carries out one command and returns the exit status. The first
// interruption ends the command in good order, the second at once.
func run(args []string, s streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := newRoot(s)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if isInterruption(ctx, err) {
		err = errInterrupted
	}
	if err != nil && !is[*programEndedError](err) {
		complain(ctx, s, args, err)
	}
	return exitStatus(ctx, err)
}
