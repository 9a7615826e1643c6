package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/providers/configured"
	"github.com/seed-810f1486/multiaccount/settings"
)

// completeKey completes the first argument to the name of a setting, and with
// values the second to what it may be.
func completeKey(s streams, values bool) completion {
	return func(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		switch {
		case len(args) == 0:
			return keysFor(s, begun), cobra.ShellCompDirectiveNoFileComp
		case len(args) == 1 && values:
			return settings.Values(args[0]), cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
}

// keysFor returns the settings for all providers; those of single ones once
// "providers" is begun.
func keysFor(s streams, begun string) []string {
	var names []string
	prefixes := []string{""}
	if strings.HasPrefix(begun, "providers") {
		prefixes = nil
		for _, name := range providerNames(s) {
			prefixes = append(prefixes, "providers."+name+".")
		}
	}
	for _, prefix := range prefixes {
		for _, k := range settings.Keys() {
			if prefix != "" || !k.ProviderOnly {
				names = append(names, prefix+k.Name+"\t"+k.Help)
			}
		}
	}
	if prefixes[0] == "" {
		names = append(names, "providers.\tof one provider alone", "chains.\tpools of which the next serves when one cannot",
			"prices.\twhat a million tokens of a model cost", "currency\twhat the prices are in")
	}
	return names
}

func providerNames(s streams) []string {
	_, user, _ := examineSettings(s)
	if user == nil {
		defaults := settings.Default()
		user = &defaults
	}
	var names []string
	for _, p := range configured.All(*user) {
		names = append(names, p.Name())
	}
	return names
}

// completeFlags completes --provider of all commands.
func completeFlags(c *cobra.Command, s streams) {
	if c.Flags().Lookup("provider") != nil {
		_ = c.RegisterFlagCompletionFunc("provider", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return providerNames(s), cobra.ShellCompDirectiveNoFileComp
		}) // it fails only for a flag that is not there
	}
	for _, below := range c.Commands() {
		completeFlags(below, s)
	}
}
