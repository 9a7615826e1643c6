package main

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/serving"
	"github.com/seed-810f1486/multiaccount/providers/configured"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/vault"
)

const serveHelp = `Serve the accounts to coding agents and other programs that take a base URL.

It listens on this machine alone, unless --listen names another address and there
is a certificate (--tls-cert, --tls-key) or --insecure-listen. It wants a token
with each request. The first start makes one and prints it: it is stored as a
hash, and not shown again. "multiaccount clients add NAME" makes others.

  Claude Code   ANTHROPIC_BASE_URL=http://127.0.0.1:8383/anthropic
                ANTHROPIC_AUTH_TOKEN=<token>
  Codex         base_url = "http://127.0.0.1:8383/codex"
  OpenAI's API  http://127.0.0.1:8383/openai/v1
  others        http://127.0.0.1:8383/<provider>

docs/gateway.md says more. At ctrl-c, or when it is told to end, it takes no new
requests and waits for those under way; a second time ends it at once.`

func newServe(s streams) *cobra.Command {
	var o serving.Options
	c := &cobra.Command{
		Use: "serve", Short: "Serve the accounts to coding agents and other programs", Long: serveHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return serve(c.Context(), s, o) },
	}
	o.AddFlags(c.Flags())
	return c
}

func serve(ctx context.Context, s streams, o serving.Options) error {
	dir, err := s.folder()
	if err != nil {
		return err
	}
	return runServing(ctx, o, serving.Host{
		Dir: dir, SettingsFile: filepath.Join(dir, settings.FileName), Version: thisBuild().Version, In: s.in, Out: s.out, Err: s.err,
		Open: func(ctx context.Context) (*multiaccount.Engine, *zerolog.Logger, error) {
			return openServed(ctx, s, dir)
		},
	})
}

// runServing serves, and tells a mistake in a flag as one.
func runServing(ctx context.Context, o serving.Options, h serving.Host) error {
	err := serving.Run(ctx, o, h)
	if wrong, ok := errors.AsType[*serving.FlagError](err); ok {
		return &usageError{wrong}
	}
	return err
}

// openServed opens an engine that works in the background and follows the settings.
func openServed(ctx context.Context, s streams, dir string) (*multiaccount.Engine, *zerolog.Logger, error) {
	file := filepath.Join(dir, settings.FileName)
	user, err := settings.Load(file)
	if err != nil {
		return nil, nil, err
	}
	cipher, err := vault.Open(dir, passphrase(ctx, s))
	if err != nil {
		return nil, nil, err
	}
	log := logger(user, s)
	engine, err := multiaccount.Open(ctx, multiaccount.Config{
		Dir: dir, Providers: configured.Routed(user), SettingsFile: file, Cipher: cipher, Logger: log,
	})
	return engine, log, err
}
