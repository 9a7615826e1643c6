package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// streams are the standard ones. Results go to out, and nothing else.
type streams struct {
	in       *os.File
	out, err io.Writer
}

func newRoot(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "multiaccount",
		Short:         "Keep several accounts of an AI provider usable as one",
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.AddCommand(newAccounts(s), newStatus(s), newWhy(s), newImport(s), newExport(s))
	root.AddCommand(newConfig(s), newDemo(s), newEncrypt(s), newDecrypt(s), newLogin(s), newVersion(s))
	tellMistakes(root)
	return root
}

func newVersion(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(s.out, version())
			return err
		},
	}
}

// version is the module's, as the build has recorded it: a tag, or the commit
// that was built.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}
