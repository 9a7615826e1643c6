package main

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/gateway/admin"
	"github.com/seed-810f1486/multiaccount/internal/serving"
	"github.com/seed-810f1486/multiaccount/tui"
)

const adminHelp = `Let a program or a person administer a "multiaccount serve": accounts, clients,
settings, logins, what was used. It is JSON over HTTP, below /admin/v1 of the address
that serve prints; docs/admin.md says more.`

const adminTokenHelp = `Make the token of the admin interface, and print it.

It is shown this once, and stored as a hash. A token from before is worth nothing
from then on. A serve that runs takes that over within moments. The token of a
client is none: whoever has the admin token can change and remove accounts.`

func newAdmin(s streams) *cobra.Command {
	c := &cobra.Command{
		Use: "admin", Short: "Make the token of serve's admin interface", Long: adminHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newAdminToken(s))
	return c
}

func newAdminToken(s streams) *cobra.Command {
	sure, asJSON := false, false
	c := &cobra.Command{
		Use: "token", Short: "Make a new admin token, and print it", Long: adminTokenHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return adminToken(c.Context(), s, sure, asJSON) },
	}
	c.Flags().BoolVar(&sure, "yes", false, "do not ask whether the token before is to be replaced")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, and nothing else")
	return c
}

func adminToken(ctx context.Context, s streams, sure, asJSON bool) error {
	dir, err := s.folder()
	if err != nil {
		return err
	}
	file, err := admin.OpenToken(filepath.Join(dir, serving.AdminTokenName))
	if err != nil {
		return err
	}
	if err := confirm(ctx, s, "There is an admin token already. Replace it?", sure || !file.Exists()); err != nil {
		return err
	}
	token, err := file.Renew(ctx)
	switch {
	case err != nil:
		return err
	case asJSON:
		return writeJSON(s, map[string]string{"token": token})
	}
	look := tui.Colours()
	return tui.Print(s.out, look.Good.Render("✓")+" made the admin token, which is not shown again:\n"+token+"\n")
}
