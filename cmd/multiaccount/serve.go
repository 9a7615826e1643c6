package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/providers/configured"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/vault"
)

const serveHelp = `Serve the accounts to coding agents and other programs that take a base URL.

It listens on this machine alone, and wants a token with each request. The first
start makes one and prints it: it is stored as a hash, and not shown again.
"multiaccount clients add" makes others.

  Claude Code   ANTHROPIC_BASE_URL=http://127.0.0.1:8383/anthropic
                ANTHROPIC_AUTH_TOKEN=<token>
  Codex         base_url = "http://127.0.0.1:8383/codex"
  OpenAI's API  http://127.0.0.1:8383/openai/v1
  others        http://127.0.0.1:8383/<provider>

docs/gateway.md says more. At ctrl-c, or when it is told to end, it takes no new
requests and waits for those under way; a second time ends it at once.`

const (
	// listenAddress is where it listens unless told otherwise.
	listenAddress = "127.0.0.1:8383"
	// drainTime is how long requests under way are waited for.
	drainTime = 30 * time.Second
	// firstClient is the client that the first start makes.
	firstClient = "default"
)

// serving is what serve was asked for.
type serving struct {
	streams
	listen string
	drain  time.Duration
	// dir is the state directory.
	dir string
	log *zerolog.Logger
}

func newServe(s streams) *cobra.Command {
	o := serving{streams: s}
	c := &cobra.Command{
		Use: "serve", Short: "Serve the accounts to coding agents and other programs", Long: serveHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c.Context()) },
	}
	c.Flags().StringVar(&o.listen, "listen", listenAddress, "where to listen, on the loopback interface")
	c.Flags().DurationVar(&o.drain, "drain-timeout", drainTime, "how long requests under way are waited for at the end")
	return c
}

// run serves until ctx ends.
func (o *serving) run(ctx context.Context) (err error) {
	if o.dir, err = o.folder(); err != nil {
		return err
	}
	listener, err := o.open(ctx)
	if err != nil {
		return err
	}
	engine, closeEngine, err := o.engine(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	err = o.serve(ctx, listener, engine)
	return errors.Join(err, closeEngine())
}

// open listens before anything else is done: a second serve should change nothing.
func (o *serving) open(ctx context.Context) (net.Listener, error) {
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return nil, &usageError{fmt.Errorf("--listen %s is no address; write it as %s", o.listen, listenAddress)}
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, &usageError{fmt.Errorf("--listen %s is not on the loopback interface, and serve listens nowhere else; write it as %s", o.listen, listenAddress)}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use, by another \"multiaccount serve\" perhaps; stop that, or listen elsewhere with --listen", o.listen)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: %w", o.listen, err)
	}
	return listener, nil
}

// engine opens an engine that works in the background and follows the settings.
func (o *serving) engine(ctx context.Context) (*multiaccount.Engine, func() error, error) {
	file := filepath.Join(o.dir, settings.FileName)
	user, err := settings.Load(file)
	if err != nil {
		return nil, nil, err
	}
	cipher, err := vault.Open(o.dir, passphrase(ctx, o.streams))
	if err != nil {
		return nil, nil, err
	}
	o.log = logger(user, o.streams)
	engine, err := multiaccount.Open(ctx, multiaccount.Config{
		Dir: o.dir, Providers: configured.Routed(user), SettingsFile: file, Cipher: cipher, Logger: o.log,
	})
	if err != nil {
		return nil, nil, err
	}
	return engine, func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
		defer cancel()
		return engine.Close(ctx)
	}, nil
}

// serve serves an engine until ctx ends, and then what is under way.
func (o *serving) serve(ctx context.Context, listener net.Listener, engine *multiaccount.Engine) error {
	defer listener.Close() //nolint:errcheck // the server has closed it, as a rule
	clients, err := gateway.OpenClients(filepath.Join(o.dir, clientsName))
	if err != nil {
		return err
	}
	token, err := clients.First(ctx, gateway.Client{ID: firstClient})
	if err != nil {
		return err
	}
	defer clients.Follow(o.tellRejected)()
	g, err := gateway.New(gateway.Config{Engine: engine, Clients: clients, Logger: o.log})
	if err != nil {
		return err
	}
	if err := o.announce(listener.Addr(), token); err != nil {
		return err
	}
	return o.serveUntil(ctx, g, listener)
}

// tellRejected tells of a list of clients that cannot be taken over.
func (o *serving) tellRejected(err error) {
	_, _ = fmt.Fprintf(o.err, "multiaccount: the clients have changed and cannot be read; those before hold: %s\n", printable.Text(err.Error()))
}

// announce says where it listens, and the first token.
func (o *serving) announce(at net.Addr, token string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Serving on http://%s. Stop it with ctrl-c.\n", at)
	if token != "" {
		fmt.Fprintf(&b, "The token of its first client, which is not shown again:\n%s\n", token)
	}
	return write(o.streams, b.String())
}

func (o *serving) serveUntil(ctx context.Context, g *gateway.Gateway, listener net.Listener) error {
	server := gateway.Server(g)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(gateway.Limit(listener, gateway.MaxConnections)) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.drain)
	defer cancel()
	err := g.Drain(ctx)
	if err != nil {
		err = fmt.Errorf("requests were still under way after %s, and were cut", o.drain)
	}
	_ = server.Close() // all that is left is idle, or too late
	if stopped := <-ended; !errors.Is(stopped, http.ErrServerClosed) {
		err = errors.Join(err, stopped)
	}
	return err
}
