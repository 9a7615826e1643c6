package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
)

const setKeyHelp = `Give an account that has an API key another one, from standard input or, on a
terminal, asked for without being shown. The account keeps its label and what is set
for it. The provider is asked, at no cost, whether the key works; one that is refused
is not stored.`

func newAccountsSetKey(s streams) *cobra.Command {
	f := &accountFlags{}
	return f.add(&cobra.Command{
		Use: "set-key ACCOUNT", Short: "Replace the API key of an account", Long: setKeyHelp, Args: cobra.ExactArgs(1),
		ValidArgsFunction: completeAccount(s, f),
		RunE: func(c *cobra.Command, args []string) error {
			return withSession(c.Context(), s, func(o *session) error { return setKey(c.Context(), s, o, f, args[0]) })
		},
	})
}

func setKey(ctx context.Context, s streams, o *session, f *accountFlags, name string) error {
	e, err := o.find(ctx, f.provider, name)
	if err != nil {
		return err
	}
	if e.Kind != account.APIKey {
		return &usageError{fmt.Errorf("%s has a login, not an API key; call \"multiaccount login %s\" for another login", e.name(), e.Provider)}
	}
	key, err := readKey(ctx, s, e.Provider)
	if err != nil {
		return err
	}
	unchecked, err := o.replaceKey(ctx, e.Provider, e.ID, key)
	if err != nil {
		return err
	}
	if e, err = o.find(ctx, e.Provider, e.ID); err != nil {
		return err
	}
	return tellKey(s, "replaced the key of", e, unchecked, f.json)
}

// replaceKey gives an account another key, and returns why it could not be checked.
func (o *session) replaceKey(ctx context.Context, provider, id string, key account.Secret) (unchecked, err error) {
	p, pool, err := o.provider(provider)
	if err == nil {
		err = o.checkForm(p, key, "accounts add")
	}
	if err != nil {
		return nil, err
	}
	return login.ReplaceKey(ctx, pool, p, id, key)
}
