package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/internal/usage"
	"github.com/seed-810f1486/multiaccount/providers/configured"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
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
	listening
	ending
	drain time.Duration
	// handshake has one line of JSON printed, and nothing else.
	handshake bool
	// dir is the state directory.
	dir string
	log *zerolog.Logger
	// observe records what is used; nil when nothing is recorded.
	observe func(*gateway.Exchange) gateway.Tap
}

func newServe(s streams) *cobra.Command {
	o := serving{streams: s}
	c := &cobra.Command{
		Use: "serve", Short: "Serve the accounts to coding agents and other programs", Long: serveHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c.Context()) },
	}
	o.listening.add(c)
	o.ending.add(c)
	c.Flags().BoolVar(&o.handshake, "handshake", false, "print one line of JSON, with the address and the number of the process, once it serves")
	c.Flags().DurationVar(&o.drain, "drain-timeout", drainTime, "how long requests under way are waited for at the end")
	return c
}

// run serves until ctx ends. It listens before anything else is done: a second serve
// should change nothing.
func (o *serving) run(ctx context.Context) (err error) {
	if err := o.ending.check(); err != nil {
		return err
	}
	if o.dir, err = o.folder(); err != nil {
		return err
	}
	places, err := o.open(ctx)
	if err != nil {
		return err
	}
	engine, closeEngine, err := o.engine(ctx)
	if err != nil {
		return errors.Join(err, closeAll(places))
	}
	closeUsage := o.record(ctx)
	err = errors.Join(o.serve(ctx, places, engine), closeAll(places))
	return errors.Join(err, closeUsage(), closeEngine())
}

// record begins to record what is used. Requests are served without it, too.
func (o *serving) record(ctx context.Context) (end func() error) {
	log, err := usage.Open(ctx, filepath.Join(o.dir, usage.FileName), o.log)
	if err != nil {
		_, _ = fmt.Fprintf(o.err, "What is used is not recorded: %s\n", tui.Clean(err.Error())) // there is nobody else to tell
		return func() error { return nil }
	}
	o.observe = log.Observe
	return log.Close
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
func (o *serving) serve(ctx context.Context, places []place, engine *multiaccount.Engine) error {
	clients, err := gateway.OpenClients(filepath.Join(o.dir, clientsName))
	if err != nil {
		return err
	}
	token, err := clients.First(ctx, gateway.Client{ID: firstClient})
	if err != nil {
		return err
	}
	defer clients.Follow(o.tellRejected)()
	g, err := gateway.New(gateway.Config{Engine: engine, Clients: clients, Hosts: o.hosts, Observe: o.observe, Logger: o.log})
	if err != nil {
		return err
	}
	if err := o.announce(places, token); err != nil {
		return err
	}
	ctx, cancel := o.watch(ctx, g, o.in)
	defer cancel()
	return o.serveUntil(ctx, g, places)
}

// tellRejected tells of a list of clients that cannot be taken over.
func (o *serving) tellRejected(err error) {
	_, _ = fmt.Fprintf(o.err, "multiaccount: the clients have changed and cannot be read; those before hold: %s\n", printable.Text(err.Error()))
}

// announce says where it listens, and the first token.
func (o *serving) announce(places []place, token string) error {
	if o.handshake {
		return o.shakeHands(places, token)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Serving on %s. Stop it with ctrl-c.\n", urls(places))
	if token != "" {
		fmt.Fprintf(&b, "The token of its first client, which is not shown again:\n%s\n", token)
	}
	return write(o.streams, b.String())
}

// handshake is what a program that started serve reads. Its names are stable.
type handshake struct {
	Address string `json:"address"`
	Unix    string `json:"unix,omitempty"`
	PID     int    `json:"pid"`
	// Token is that of the first client, when it was made just now.
	Token string `json:"token,omitempty"`
}

func (o *serving) shakeHands(places []place, token string) error {
	line, err := json.Marshal(handshake{Address: places[0].url, Unix: o.socket, PID: os.Getpid(), Token: token})
	if err != nil {
		return err
	}
	return write(o.streams, string(line)+"\n")
}

func (o *serving) serveUntil(ctx context.Context, g *gateway.Gateway, places []place) error {
	server := gateway.Server(g)
	ended := make(chan error, len(places))
	for _, p := range places {
		go func() { ended <- server.Serve(p) }()
	}
	select {
	case err := <-ended:
		return errors.Join(err, server.Close())
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.drain)
	defer cancel()
	err := g.Drain(ctx)
	if err != nil {
		err = fmt.Errorf("requests were still under way after %s, and were cut", o.drain)
	}
	_ = server.Close() // all that is left is idle, or too late
	for range places {
		if stopped := <-ended; !errors.Is(stopped, http.ErrServerClosed) {
			err = errors.Join(err, stopped)
		}
	}
	return err
}
