package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

const pinHelp = `Have one account serve all requests to its provider, in every program on this
machine that uses the accounts, until --clear or until the account is removed.

While it cannot serve, requests fail: no other account takes its place.`

func newAccountsPin(s streams) *cobra.Command {
	f, none := &accountFlags{}, false
	c := f.add(&cobra.Command{
		Use: "pin [ACCOUNT]", Short: "Have one account serve all requests", Long: pinHelp, Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: completeAccount(s, f),
		RunE: func(c *cobra.Command, args []string) error {
			if none == (len(args) == 1) {
				return &usageError{errors.New("name the account to pin, or say --clear")}
			}
			return withSession(c.Context(), s, func(o *session) error {
				if none {
					return unpinAccounts(c.Context(), s, o, f)
				}
				return change{done: "pinned", do: pinAccount}.apply(c.Context(), s, o, f, args)
			})
		},
	})
	c.Flags().BoolVar(&none, "clear", false, "have all accounts serve again")
	return c
}

func pinAccount(ctx context.Context, e *entry, _ []string) error { return e.pool.Pin(ctx, e.ID) }

// unpinAccounts ends the pins of one provider, of all without a name.
func unpinAccounts(ctx context.Context, s streams, o *session, f *accountFlags) error {
	all, err := o.entries(ctx, f.provider)
	if err != nil {
		return err
	}
	for i := range all {
		e := &all[i]
		if !e.Pinned {
			continue
		}
		if err := e.pool.Pin(ctx, ""); err != nil {
			return err
		}
		e.Pinned = false
		if err := tell(s, "unpinned", e, f.json); err != nil {
			return err
		}
	}
	return nil
}
