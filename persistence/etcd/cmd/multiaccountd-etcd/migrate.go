package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/vault"
)

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
		return fmt.Errorf("the folder %s: %w", h.dir, err)
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
			return interrupted(ctx, err)
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
		return nil, fmt.Errorf("others have the shared pool open (%d), one on %s (process %d): close them first; one that was killed counts for 5 seconds more",
			len(others), others[0].Host, others[0].Process)
	}
	return s.Providers(ctx)
}

// interrupted is err in other words when it is only that the command was told to end.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return errors.New("interrupted: what was moved stays moved; call it again for the rest")
	}
	return err
}
