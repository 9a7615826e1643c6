package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seed-810f1486/multiaccount/internal/nearest"
	"github.com/seed-810f1486/multiaccount/tui"
)

// tellMistakes makes wrong flags and arguments of c, and of all commands below
// it, a [usageError] that says what was probably meant.
func tellMistakes(c *cobra.Command) {
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return &usageError{wrongFlag(c, err)} })
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return &usageError{wrongArguments(c, args, err)}
			}
			return nil
		}
	}
	for _, below := range c.Commands() {
		tellMistakes(below)
	}
}

// wrongFlag suggests the flag that a misspelt one is near.
func wrongFlag(c *cobra.Command, err error) error {
	text := tui.Clean(err.Error())
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || unknown.GetSpecifiedShortnames() != "" {
		return errors.New(text)
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if meant := nearest.Of(unknown.GetSpecifiedName(), names); meant != "" {
		return fmt.Errorf("%s; did you mean --%s?", text, meant)
	}
	return fmt.Errorf("%s; %s", text, seeHelp(c))
}

// wrongArguments says what is missing, with an example, or which command was meant.
// It repeats no argument of a command that does something: that may be a secret.
func wrongArguments(c *cobra.Command, args []string, err error) error {
	needed := argumentsOf(c)
	switch {
	case c.HasSubCommands() && len(args) > 0:
		return unknownCommand(c, args[0])
	case len(args) < len(needed):
		return fmt.Errorf("%s is missing, as in %q", needed[len(args)], exampleOf(c))
	case len(needed) == 0:
		return fmt.Errorf("%s takes no arguments; %s", c.CommandPath(), seeHelp(c))
	case len(args) > len(needed):
		return fmt.Errorf("%s takes %s and nothing else, as in %q", c.CommandPath(), strings.Join(needed, " and "), exampleOf(c))
	}
	return err
}

// argumentsOf returns the names of the arguments that a command takes.
func argumentsOf(c *cobra.Command) []string {
	var names []string
	for _, word := range strings.Fields(c.Use)[1:] {
		if word = strings.Trim(word, "[]"); !strings.HasPrefix(word, "-") {
			names = append(names, word)
		}
	}
	return names
}

// exampleOf is the first example of a command.
func exampleOf(c *cobra.Command) string {
	first, _, _ := strings.Cut(strings.TrimSpace(c.Example), "\n")
	return first
}

func seeHelp(c *cobra.Command) string { return fmt.Sprintf("see %q", c.CommandPath()+" --help") }

// unknownCommand suggests a command below c, else one of that name anywhere.
func unknownCommand(c *cobra.Command, name string) error {
	text := fmt.Sprintf("unknown command %q for %q", name, c.CommandPath())
	meant := namedLike(c.Commands(), name)
	if meant == "" {
		meant = namedLike(everyCommand(c.Root()), name)
	}
	if meant == "" {
		return fmt.Errorf("%s; %s", text, seeHelp(c))
	}
	return fmt.Errorf("%s; did you mean %q?", text, meant)
}

// namedLike returns the path of the command whose name or other name is nearest.
func namedLike(all []*cobra.Command, name string) string {
	paths := map[string]string{}
	var names []string
	for _, c := range all {
		if c.Hidden {
			continue
		}
		for _, other := range append(append([]string{c.Name()}, c.Aliases...), c.SuggestFor...) {
			names = append(names, other)
			if paths[other] == "" {
				paths[other] = c.CommandPath()
			}
		}
	}
	return paths[nearest.Of(name, names)]
}

func everyCommand(c *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, below := range c.Commands() {
		all = append(append(all, below), everyCommand(below)...)
	}
	return all
}
