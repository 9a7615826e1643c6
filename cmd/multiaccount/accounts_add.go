package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount"
)

const addHelp = `Add an account that has an API key.

The key is read from standard input, or asked for on a terminal without being
shown. It is never an argument: other users of this machine could see it.

  multiaccount accounts add anthropic --label work < key.txt`

func newAccountsAdd(s streams) *cobra.Command {
	asJSON, label := false, labelFlag("")
	c := &cobra.Command{
		Use: "add PROVIDER", Short: "Add an account that has an API key", Long: addHelp, Args: cobra.ExactArgs(1),
		ValidArgsFunction: completeProvider(s),
		RunE: func(c *cobra.Command, args []string) error {
			return withSession(c.Context(), s, func(o *session) error {
				e, err := addKey(c.Context(), s, o, args[0], string(label))
				if err != nil {
					return err
				}
				return tell(s, "added", e, asJSON)
			})
		},
	}
	c.Flags().Var(&label, "label", "what to call the account")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, and nothing else")
	return c
}

func addKey(ctx context.Context, s streams, o *session, provider, label string) (*entry, error) {
	_, pool, err := o.provider(provider)
	if err != nil {
		return nil, err
	}
	key, err := readKey(ctx, s, provider)
	if err != nil {
		return nil, err
	}
	id, err := pool.Add(ctx, multiaccount.NewAccount{Label: label, APIKey: key.Reveal()})
	if err != nil {
		return nil, err
	}
	return o.find(ctx, provider, id)
}
