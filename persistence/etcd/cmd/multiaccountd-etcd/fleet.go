package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/persistence"
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
			return withStore(c.Context(), func(_ host, s *etcd.Store) error {
				status, err := s.Status(c.Context())
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
			return withStore(c.Context(), func(_ host, s *etcd.Store) error { return decisions(c, s) })
		},
	}
}

func decisions(c *cobra.Command, s *etcd.Store) error {
	providers, err := s.Providers(c.Context())
	if err != nil {
		return err
	}
	for _, provider := range providers {
		all, err := s.OthersDecisions(provider)
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

const migrateHelp = `Move the accounts of this machine into the shared pool, or back with --out.

Each account is stored, read back and compared before it is removed from where it
was; a run that was cut short is completed by calling it again. Every program that
has the accounts open must be closed: of this machine to move them in, of all
machines to move them out.`

func newMigrate() *cobra.Command {
	m := migration{}
	c := &cobra.Command{
		Use: "migrate", Short: "Move accounts into the shared pool, or back", Long: migrateHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withStore(c.Context(), func(h host, s *etcd.Store) error { return m.run(c, h, s) })
		},
	}
	c.Flags().BoolVar(&m.out, "out", false, "move them from the shared pool to this machine")
	c.Flags().BoolVar(&m.dry, "dry-run", false, "say what would be moved, and change nothing")
	return c
}

type migration struct{ out, dry bool }

func (m migration) run(c *cobra.Command, h host, shared *etcd.Store) (err error) {
	ctx := c.Context()
	cipher, err := vault.Open(h.dir, nil)
	if err != nil {
		return err
	}
	files, err := persistence.OpenAlone(h.dir, cipher)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	from, to := persistence.Store(files), persistence.Store(shared)
	names, err := files.Providers()
	if m.out {
		from, to = shared, files
		names, err = providersAlone(ctx, shared)
	}
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return say(c, "There are no accounts to move.\n")
	}
	for _, name := range names {
		moved, err := etcd.Move(ctx, from, to, name, m.dry)
		if err := errors.Join(sayJSON(c, moved), err); err != nil {
			return err
		}
	}
	return nil
}

// providersAlone lists what the shared pool has, unless somebody else uses it.
func providersAlone(ctx context.Context, s *etcd.Store) ([]string, error) {
	others, err := s.Others(ctx)
	if err != nil {
		return nil, err
	}
	if len(others) > 0 {
		return nil, fmt.Errorf("%d programs have the shared pool open, one on %s (process %d): close them first", len(others), others[0].Host, others[0].Process)
	}
	return s.Providers(ctx)
}

// withStore opens the fleet, has do work with it, and closes it.
func withStore(ctx context.Context, do func(host, *etcd.Store) error) (err error) {
	h, err := newHost()
	if err != nil {
		return err
	}
	s, err := h.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return do(h, s)
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
