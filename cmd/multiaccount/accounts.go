package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/tui"
)

const accountsHelp = `List and change the accounts.

An account is named by its id, its label or its e-mail. A command that only
reads takes the beginning of one as well; a command that changes something does
not. A name that fits several accounts is an error that lists them; --provider
narrows the search.`

// accountFlags are those of all commands about accounts.
type accountFlags struct {
	provider string
	json     bool
}

func (f *accountFlags) add(c *cobra.Command) *cobra.Command {
	c.Flags().StringVar(&f.provider, "provider", "", "look only at the accounts of this provider")
	c.Flags().BoolVar(&f.json, "json", false, "print JSON, and nothing else")
	return c
}

func newAccounts(s streams) *cobra.Command {
	c := &cobra.Command{
		Use: "accounts", Short: "List and change the accounts", Long: accountsHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	grouped(c, groupLook, "Look:", newAccountsList(s), newAccountsShow(s))
	grouped(c, groupAccounts, "Add and remove:", newAccountsAdd(s), newAccountsRemove(s))
	grouped(c, groupChange, "Change:", append(newAccountsChanges(s), newAccountsPin(s), newAccountsSet(s), newAccountsSetKey(s))...)
	return c
}

func newAccountsList(s streams) *cobra.Command {
	f := &accountFlags{}
	return f.add(&cobra.Command{
		Use: "list", Aliases: []string{"ls"}, Short: "List the accounts", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withReading(c.Context(), s, func(o *session) error { return listAccounts(c.Context(), s, o, f) })
		},
	})
}

func listAccounts(ctx context.Context, s streams, o *session, f *accountFlags) error {
	all, err := o.entries(ctx, f.provider)
	switch {
	case err != nil:
		return err
	case f.json:
		return writeJSON(s, all)
	case len(all) == 0:
		return write(s, o.noAccounts())
	}
	t := newTable("PROVIDER", "ACCOUNT", "E-MAIL", "STATE", "KIND", "PLAN", "ID")
	t.whole, t.spare = []int{6}, []int{6, 5, 4, 2}
	for i := range all {
		e := all[i].shown()
		t.add(e.Provider, e.Label, e.Email, tui.Colours().State(e.State).Render(string(e.State))+pinMark(e), kindOf(e), e.Plan, e.ID)
	}
	return t.print(s.out)
}

// kindOf is what kind of account it is, empty when nobody can tell.
func kindOf(e *entry) string {
	if e.Kind == "" {
		return ""
	}
	return e.Kind.Noun()
}

// pinMark tells of an account to which all requests are pinned.
func pinMark(e *entry) string {
	if !e.Pinned {
		return ""
	}
	return tui.Colours().Busy.Render(" (pinned)")
}

// noAccounts says where accounts were looked for, and how to get some.
func (o *session) noAccounts() string {
	return "There are no accounts yet in " + tui.Clean(o.dir) + ".\n" +
		`Log in with "multiaccount login PROVIDER", add an API key with "multiaccount accounts add PROVIDER",
or take in the logins of other programs with "multiaccount import".
`
}
