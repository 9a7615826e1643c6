package main

import (
	"context"

	"github.com/spf13/cobra"
)

func newAccountsRemove(s streams) *cobra.Command {
	f, sure := &accountFlags{}, false
	c := f.add(&cobra.Command{
		Use: "remove ACCOUNT", Aliases: []string{"rm"}, SuggestFor: []string{"delete", "logout"}, Short: "Delete an account and its login from this machine", Args: cobra.ExactArgs(1),
		ValidArgsFunction: completeAccount(s, f),
		RunE: func(c *cobra.Command, args []string) error {
			return withSession(c.Context(), s, func(o *session) error {
				return removeAccount(c.Context(), s, o, args[0], f, sure)
			})
		},
	})
	c.Flags().BoolVar(&sure, "yes", false, "do not ask")
	return c
}

func removeAccount(ctx context.Context, s streams, o *session, name string, f *accountFlags, sure bool) error {
	e, err := o.find(ctx, f.provider, name)
	if err != nil {
		return err
	}
	if err := confirm(ctx, s, "Remove "+e.name()+" of "+e.Provider+"? Its login cannot be brought back.", sure); err != nil {
		return err
	}
	if err := e.pool.Remove(ctx, e.ID); err != nil {
		return err
	}
	return tell(s, "removed", e, f.json)
}
