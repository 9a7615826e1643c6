package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/vault"
)

func newInit() *cobra.Command {
	return &cobra.Command{
		Use: "init", Short: "Make a shared pool whose key the passphrase wraps", Args: cobra.NoArgs,
		Long: "Make a shared pool under the prefix of the settings. Its key is wrapped by MULTIACCOUNT_PASSPHRASE,\nand nobody can bring the accounts back without it. A pool that is there is never changed.",
		RunE: func(c *cobra.Command, _ []string) error {
			h, err := newHost()
			if err != nil {
				return err
			}
			if err := initialise(c.Context(), h.options); err != nil {
				return err
			}
			return say(c, "The shared pool is ready. Move accounts into it with: multiaccountd-etcd fleet migrate\n")
		},
	}
}

func initialise(ctx context.Context, o etcd.Options) error {
	passphrase, err := vault.Environment()
	if err == nil {
		err = vault.CheckPassphrase(passphrase)
	}
	if err != nil {
		return err
	}
	key, err := vault.NewKey()
	if err != nil {
		return err
	}
	e, err := key.ByPassphrase(passphrase)
	if err != nil {
		return err
	}
	o.Cipher = key
	return etcd.Init(ctx, o, e)
}

func newStatus() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show members, machines and accounts, as JSON", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withView(c.Context(), func(v *etcd.View) error {
				status, err := v.Status(c.Context())
				if err != nil {
					return err
				}
				return sayJSON(c, status)
			})
		},
	}
}

func newWhy() *cobra.Command {
	return &cobra.Command{
		Use: "why", Short: "Print the latest decisions of all machines, a JSON object a line", Args: cobra.NoArgs,
		Long: "Print which account each machine picked for its latest requests and why, the machine that decided last first.\nA machine leaves its latest hundred decisions once a minute, and they are kept for a day.",
		RunE: func(c *cobra.Command, _ []string) error {
			return withView(c.Context(), func(v *etcd.View) error { return decisions(c, v) })
		},
	}
}

func decisions(c *cobra.Command, v *etcd.View) error {
	providers, err := v.Providers(c.Context())
	if err != nil {
		return err
	}
	for _, provider := range providers {
		all, err := v.Decisions(provider)
		if err != nil {
			return err
		}
		for _, lines := range all {
			if err := say(c, string(lines)); err != nil {
				return err
			}
		}
	}
	return nil
}

func say(c *cobra.Command, text string) error {
	_, err := fmt.Fprint(c.OutOrStdout(), text)
	return err
}

func sayJSON(c *cobra.Command, value any) error {
	out := json.NewEncoder(c.OutOrStdout())
	out.SetIndent("", "  ")
	return out.Encode(value)
}
