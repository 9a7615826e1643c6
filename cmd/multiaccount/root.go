package main

import (
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
)

// streams are the standard ones. Results go to out, and nothing else.
type streams struct {
	in       *os.File
	out, err io.Writer
	// dir is what --dir says; empty for the default, nil before there are flags.
	dir *string
	// pick chooses from what is printed as JSON; nil chooses nothing.
	pick *picker
}

// folder is where settings and accounts are.
func (s streams) folder() (string, error) {
	if s.dir != nil && *s.dir != "" {
		return filepath.Abs(*s.dir)
	}
	return settings.DefaultDir()
}

// terminal is where a person is asked: standard output is for results alone.
func (s streams) terminal() tui.Terminal { return tui.Terminal{In: s.in, Out: s.err} }

const rootHelp = `Keep several accounts of an AI provider usable as one.

Without a command, on a terminal, it opens the screen to manage the accounts
from; elsewhere it prints this.`

func newRoot(s streams) *cobra.Command {
	s.dir, s.pick = new(string), &picker{}
	root := &cobra.Command{
		Use:           "multiaccount",
		Short:         "Keep several accounts of an AI provider usable as one",
		Long:          rootHelp,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(c *cobra.Command, _ []string) error {
			if hasScreen(s) {
				return runScreen(c.Context(), s)
			}
			return c.Help()
		},
	}
	root.PersistentFlags().StringVar(s.dir, "dir", "", "the folder of settings and accounts, in place of $MULTIACCOUNT_DIR")
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	grouped(root, groupAccounts, "Accounts:", newLogin(s), newAccounts(s), newImport(s), newExport(s), newBackup(s), newRestore(s))
	grouped(root, groupLook, "What happens:", newStatus(s), newWhy(s), newDoctor(s))
	grouped(root, groupServe, "For other programs:", newRun(s), newSetup(s), newServe(s), newService(s), newDashboard(s), newClients(s), newUsage(s), newAdmin(s), newFleet(s))
	grouped(root, groupSettings, "Settings and storage:", newConfig(s), newEncrypt(s), newDecrypt(s), newVault(s))
	grouped(root, groupOther, "Other:", newDemo(s), newMan(s), newVersion(s))
	root.SetHelpCommand(newHelp())
	root.SetHelpCommandGroupID(groupOther)
	root.SetCompletionCommandGroupID(groupOther)
	root.Version = thisBuild().Version
	root.SetVersionTemplate("{{.Version}}\n")
	mendBash(root)
	addPicks(root, s.pick)
	completeFlags(root, s)
	addExamples(root)
	tellMistakes(root)
	return root
}
