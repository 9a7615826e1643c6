package main

import (
	"context"
	"os"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/serving"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/providers/configured"
)

func newServe() *cobra.Command {
	var o serving.Options
	c := &cobra.Command{
		Use: "serve", Short: "Serve the shared accounts to coding agents and other programs, as multiaccount serve does", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withStore(c.Context(), func(h host, s *etcd.Store) error { return serve(c, h, s, o) })
		},
	}
	o.AddFlags(c.Flags())
	return c
}

func serve(c *cobra.Command, h host, store *etcd.Store, o serving.Options) error {
	return serving.Run(c.Context(), o, serving.Host{
		Dir: h.dir, SettingsFile: h.file, Version: version(), In: os.Stdin, Out: c.OutOrStdout(), Err: c.ErrOrStderr(),
		Open: func(ctx context.Context) (*multiaccount.Engine, *zerolog.Logger, error) {
			log := zerolog.New(zerolog.SyncWriter(os.Stderr)).Level(zerolog.WarnLevel).With().Timestamp().Logger()
			engine, err := multiaccount.Open(ctx, multiaccount.Config{
				Store: store, Providers: configured.Routed(h.settings), SettingsFile: h.file, Logger: &log,
			})
			return engine, &log, err
		},
	})
}
