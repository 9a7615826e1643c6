package main

import (
	"io"

	"github.com/spf13/cobra"
)

// completion says what may stand for the next argument.
type completion = func(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective)

// completeAccount completes the first argument to the label of an account. It asks
// for no passphrase: without one in the environment, an encrypted folder has none.
func completeAccount(s streams, f *accountFlags) completion {
	return completeFirst(func(c *cobra.Command) []string {
		var labels []string
		_ = withReading(c.Context(), streams{out: io.Discard, err: io.Discard, dir: s.dir}, func(o *session) error {
			all, err := o.entries(c.Context(), f.provider)
			for i := range all {
				labels = append(labels, all[i].name()+"\t"+all[i].Provider+", "+string(all[i].State))
			}
			return err
		}) // what is wrong shows when the command runs
		return labels
	})
}

// completeProvider completes the first argument to the name of a provider.
func completeProvider(s streams) completion {
	return completeFirst(func(*cobra.Command) []string { return providerNames(s) })
}

func completeFirst(candidates func(*cobra.Command) []string) completion {
	return func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return candidates(c), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeWhy completes to an account, or to a conversation that decisions are known of.
func completeWhy(s streams, f *accountFlags) completion {
	accounts := completeAccount(s, f)
	return func(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		names, directive := accounts(c, args, begun)
		if len(args) > 0 {
			return names, directive
		}
		quiet := streams{out: io.Discard, err: io.Discard, dir: s.dir}
		_ = withReading(c.Context(), quiet, func(o *session) error {
			all, err := o.decisions(c.Context(), f.provider)
			known := map[string]bool{"": true}
			for i := range all {
				if conversation := all[i].Conversation; !known[conversation] {
					known[conversation] = true
					names = append(names, conversation+"\ta conversation of "+all[i].Provider)
				}
			}
			return err
		}) // what is wrong shows when the command runs
		return names, directive
	}
}
