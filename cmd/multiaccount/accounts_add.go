package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/login"
)

const addHelp = `Add an account that has an API key.

The key is read from standard input, or asked for on a terminal without being
shown. It is never an argument: other users of this machine could see it. The
provider is asked, at no cost, whether it works; one that is refused is not stored.

  multiaccount accounts add anthropic --label work < key.txt`

func newAccountsAdd(s streams) *cobra.Command {
	asJSON, label := false, labelFlag("")
	c := &cobra.Command{
		Use: "add PROVIDER", Short: "Add an account that has an API key", Long: addHelp, Args: cobra.ExactArgs(1),
		ValidArgsFunction: completeProvider(s),
		RunE: func(c *cobra.Command, args []string) error {
			return withSession(c.Context(), s, func(o *session) error {
				e, unchecked, err := addKey(c.Context(), s, o, args[0], string(label))
				if err != nil {
					return err
				}
				return tellKey(s, "added", e, unchecked, asJSON)
			})
		},
	}
	c.Flags().Var(&label, "label", "what to call the account")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, and nothing else")
	return c
}

// addKey also returns why the key could not be checked.
func addKey(ctx context.Context, s streams, o *session, provider, label string) (e *entry, unchecked, err error) {
	p, pool, err := o.provider(provider)
	if err != nil {
		return nil, nil, err
	}
	key, err := readKey(ctx, s, provider)
	if err == nil {
		err = o.checkForm(p, key, "accounts add")
	}
	if err != nil {
		return nil, nil, err
	}
	saved, err := login.Save(ctx, pool, p, login.New{APIKey: key, Label: label})
	if err != nil {
		return nil, nil, err
	}
	e, err = o.find(ctx, provider, saved.ID)
	return e, saved.Unchecked, err
}
