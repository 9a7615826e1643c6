package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/nearest"
)

const setHelp = `Set how an account takes part. What is not named stays as it is.

  priority=N       accounts serve in tiers, the highest first (0)
  weight=N         its share with round-robin, 1 to 10000 (1)
  max_in_flight=N  requests at the same time; 0 is no limit (0)
  soft_quota=N     percent from which it is spared while others can serve; 100 is
                   never, 0 is as the settings say (0)`

func newAccountsSet(s streams) *cobra.Command {
	f := &accountFlags{}
	return f.add(&cobra.Command{
		Use: "set ACCOUNT KEY=VALUE...", Short: "Set priority, weight, limits of an account", Long: setHelp, Args: cobra.MinimumNArgs(2),
		ValidArgsFunction: completeSetting(s, f),
		RunE: func(c *cobra.Command, args []string) error {
			wanted, err := accountConfig(args[1:])
			if err != nil {
				return &usageError{err}
			}
			return withSession(c.Context(), s, func(o *session) error {
				configure := func(ctx context.Context, e *entry, _ []string) error { return e.pool.Configure(ctx, e.ID, wanted) }
				return change{done: "set", do: configure}.apply(c.Context(), s, o, f, args)
			})
		},
	})
}

// accountKeys are what can be set for an account.
func accountKeys() []string { return []string{"priority", "weight", "max_in_flight", "soft_quota"} }

// accountConfig reads "key=value" words.
func accountConfig(words []string) (multiaccount.AccountConfig, error) {
	var c multiaccount.AccountConfig
	for _, word := range words {
		key, text, ok := strings.Cut(word, "=")
		into := fieldOf(&c, key)
		if !ok || into == nil {
			return c, unknownSetting(key)
		}
		n, err := strconv.Atoi(strings.TrimSuffix(text, "%"))
		if err != nil {
			return c, fmt.Errorf("%s: %q is no whole number", key, text)
		}
		*into = &n
	}
	return c, c.Check()
}

func fieldOf(c *multiaccount.AccountConfig, key string) **int {
	switch key {
	case "priority":
		return &c.Priority
	case "weight":
		return &c.Weight
	case "max_in_flight":
		return &c.MaxInFlight
	case "soft_quota":
		return &c.SoftQuotaPercent
	}
	return nil
}

func unknownSetting(key string) error {
	if meant := nearest.Of(key, accountKeys()); meant != "" {
		return fmt.Errorf("%q cannot be set; did you mean %s=VALUE?", key, meant)
	}
	return fmt.Errorf("%q cannot be set, only %s, each as KEY=VALUE", key, strings.Join(accountKeys(), ", "))
}

// completeSetting completes the account, and then what can be set.
func completeSetting(s streams, f *accountFlags) completion {
	return func(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return completeAccount(s, f)(c, args, begun)
		}
		var all []string
		for _, key := range accountKeys() {
			all = append(all, key+"=")
		}
		return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}
