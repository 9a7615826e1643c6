package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/providers/configured"
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
	return completeFirst(func(*cobra.Command) []string {
		_, user, _ := examineSettings(s)
		if user == nil {
			return nil
		}
		var names []string
		for _, p := range configured.All(*user) {
			names = append(names, p.Name())
		}
		return names
	})
}

func completeFirst(candidates func(*cobra.Command) []string) completion {
	return func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return candidates(c), cobra.ShellCompDirectiveNoFileComp
	}
}
