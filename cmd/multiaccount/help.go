package main

import (
	"github.com/spf13/cobra"
)

// The groups of commands in the help.
const (
	groupAccounts = "accounts"
	groupLook     = "look"
	groupChange   = "change"
	groupServe    = "serve"
	groupSettings = "settings"
	groupOther    = "other"
)

// grouped adds commands to c, in a group of its help.
func grouped(c *cobra.Command, id, title string, commands ...*cobra.Command) {
	c.AddGroup(&cobra.Group{ID: id, Title: title})
	for _, below := range commands {
		below.GroupID = id
	}
	c.AddCommand(commands...)
}

// newHelp is cobra's, but that a command which does not exist is a mistake.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Explain a command",
		Long: "Explain a command, as --help behind it does. Without one it lists all.",
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return commandsBelow(c.Root(), args), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			found, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return &usageError{unknownCommand(found, rest[0])}
			}
			found.InitDefaultHelpFlag()
			found.InitDefaultVersionFlag()
			return found.Help()
		},
	}
}

// commandsBelow completes the command that args lead to.
func commandsBelow(root *cobra.Command, args []string) []string {
	found, rest, err := root.Find(args)
	if err != nil || len(rest) > 0 {
		return nil
	}
	var names []string
	for _, below := range found.Commands() {
		if below.IsAvailableCommand() {
			names = append(names, cobra.CompletionWithDesc(below.Name(), below.Short))
		}
	}
	return names
}
