package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/providers/configured"
)

const (
	// listenAddress is where it listens unless told otherwise.
	listenAddress = "127.0.0.1:8383"
	// drainTime is how long requests under way are waited for, closeTime what is
	// still to be stored.
	drainTime = 30 * time.Second
	closeTime = 10 * time.Second
	// firstClient is the client that the first start makes, in clientsName.
	firstClient = "default"
	clientsName = "clients.json"
)

func newServe() *cobra.Command {
	listen := listenAddress
	c := &cobra.Command{
		Use: "serve", Short: "Serve the shared accounts to programs of this machine, as multiaccount serve does", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withStore(c.Context(), func(h host, s *etcd.Store) error { return serve(c, h, s, listen) })
		},
	}
	c.Flags().StringVar(&listen, "listen", listen, "where to listen, on the loopback interface")
	return c
}

func serve(c *cobra.Command, h host, store *etcd.Store, listen string) (err error) {
	ctx := c.Context()
	listener, err := listenLocally(ctx, listen)
	if err != nil {
		return err
	}
	log := zerolog.New(zerolog.SyncWriter(os.Stderr)).Level(zerolog.WarnLevel).With().Timestamp().Logger()
	engine, err := multiaccount.Open(ctx, multiaccount.Config{
		Store: store, Providers: configured.Routed(h.settings), SettingsFile: h.file, Logger: &log,
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
		defer cancel()
		err = errors.Join(err, engine.Close(ctx))
	}()
	clients, err := gateway.OpenClients(filepath.Join(h.dir, clientsName))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	token, err := clients.First(ctx, gateway.Client{ID: firstClient})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	g, err := gateway.New(gateway.Config{Engine: engine, Clients: clients, Logger: &log})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := announce(c, listener.Addr(), token); err != nil {
		return errors.Join(err, listener.Close())
	}
	return serveUntil(ctx, g, listener)
}

func listenLocally(ctx context.Context, listen string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, fmt.Errorf("--listen %s is no address; write it as %s", listen, listenAddress)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("--listen %s is not on the loopback interface, and serve listens nowhere else", listen)
	}
	return (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
}

func announce(c *cobra.Command, at net.Addr, token string) error {
	text := fmt.Sprintf("Serving on http://%s. Stop it with ctrl-c.\n", at)
	if token != "" {
		text += fmt.Sprintf("The token of its first client, which is not shown again:\n%s\n", token)
	}
	return say(c, text)
}

// serveUntil serves until ctx ends, and then what is under way.
func serveUntil(ctx context.Context, g *gateway.Gateway, listener net.Listener) error {
	server := gateway.Server(g)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(gateway.Limit(listener, gateway.MaxConnections)) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	err := g.Drain(ctx)
	if err != nil {
		err = fmt.Errorf("requests were still under way after %s, and were cut", drainTime)
	}
	_ = server.Close() // all that is left is idle, or too late
	if stopped := <-ended; !errors.Is(stopped, http.ErrServerClosed) {
		err = errors.Join(err, stopped)
	}
	return err
}
