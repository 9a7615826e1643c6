// Command multiaccountd-etcd serves a pool that many machines share, and moves
// accounts into it and out again. docs/fleet.md says how to set it up.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run carries out one command and returns the exit status. The first interruption
// ends the command in good order, the second at once.
func run(args []string, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errs)
	if err := root.ExecuteContext(ctx); err != nil {
		_, _ = fmt.Fprintln(errs, "multiaccountd-etcd:", err) // there is nobody else to tell
		return 1
	}
	return 0
}

const rootHelp = `Share one pool of accounts among machines, by way of etcd.

It reads the settings of multiaccount, which name the members of etcd:

  "store": { "kind": "etcd", "endpoints": ["https://etcd-1.example.com:2379"] }

The accounts are encrypted before they leave this machine. The key is wrapped by a
passphrase, which every machine needs in MULTIACCOUNT_PASSPHRASE.`

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use: "multiaccountd-etcd", Short: "Share one pool of accounts among machines", Long: rootHelp,
		SilenceErrors: true, SilenceUsage: true, Version: version(),
	}
	fleet := &cobra.Command{
		Use: "fleet", Short: "Set up the shared pool, look at it, move accounts", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	fleet.AddCommand(newInit(), newStatus(), newWhy(), newMigrate())
	root.AddCommand(newServe(), fleet)
	return root
}

// version is that of the tag or the commit that was built.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}
