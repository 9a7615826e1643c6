package serving

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"

	"github.com/spf13/pflag"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/localgate"
)

// starter is what a program asks for that starts serve as its child.
type starter struct {
	// handshake has one line of JSON printed, and nothing else but events.
	handshake bool
	// events has a line of JSON printed for each event, after that.
	events bool
	// client is the name of a client for as long as it serves; empty for none.
	client string
}

func (o *starter) add(f *pflag.FlagSet) {
	f.BoolVar(&o.handshake, "handshake", false, "print one line of JSON, with the address and the number of the process, once it serves")
	f.BoolVar(&o.events, "events", false, "print a line of JSON for each event, after the one of --handshake")
	f.StringVar(&o.client, "client", "", "make a client of this name, whose token is in the line of --handshake and ends with this process")
}

func (o *starter) check() error {
	if (o.events || o.client != "") && !o.handshake {
		return flagError("--events and --client go with --handshake: they are for the program that starts it")
	}
	return nil
}

// handshake is what a program that started serve reads. Its names are stable.
type handshake struct {
	Address string `json:"address"`
	Unix    string `json:"unix,omitempty"`
	PID     int    `json:"pid"`
	// Metrics is where Prometheus finds them, when that was asked for.
	Metrics string `json:"metrics,omitempty"`
	// Pprof is where profiles are, when they were asked for.
	Pprof string `json:"pprof,omitempty"`
	// Token is that of --client, or of the first client, when it was made just now.
	Token string `json:"token,omitempty"`
}

func (s *server) shakeHands(token string) error {
	return s.printLine(json.Marshal(handshake{Address: s.places[0].url, Unix: s.socket, PID: os.Getpid(), Metrics: s.metrics.url("/metrics"), Pprof: s.pprof.url("/debug/pprof/"), Token: token}))
}

func (s *server) printLine(line []byte, err error) error {
	if err != nil {
		return err
	}
	_, err = s.host.Out.Write(append(line, '\n'))
	return err
}

// tellEvents prints events until stop is called.
func (s *server) tellEvents() (stop func()) {
	if !s.events {
		return func() {}
	}
	return s.site.Engine.Subscribe(func(e multiaccount.Event) {
		_ = s.printLine(multiaccount.EncodeEvent(e)) // who does not read them misses them
	})
}

// newToken makes the client that was asked for, else the first where there is none.
func (s *server) newToken(ctx context.Context) (token string, err error) {
	switch {
	case s.client != "":
		return s.lent()
	case s.used: // who uses it has a token
		return "", nil
	}
	return FirstToken(ctx, s.site.Clients)
}

// FirstToken makes the client [FirstClient], and returns its token. It is empty where
// somebody has been told a token already: the clients that were made for agents on
// this machine do not count.
func FirstToken(ctx context.Context, clients *gateway.ClientFile) (token string, err error) {
	if slices.ContainsFunc(clients.All(), isTold) {
		return "", nil
	}
	token, err = clients.Add(ctx, gateway.Client{ID: FirstClient})
	if errors.Is(err, gateway.ErrClientExists) { // another process has just made it
		return "", nil
	}
	return token, err
}

// isTold reports whether somebody was told the token of a client.
func isTold(c gateway.Client) bool { return !localgate.IsMade(c.ID) }

// lent is the token of a client that ends with this process.
func (s *server) lent() (token string, err error) {
	token, err = s.site.Clients.Lend(gateway.Client{ID: s.client})
	if errors.Is(err, gateway.ErrClientName) {
		return "", flagError("--client %q is no name: it has 1 to 64 letters, digits, dots, hyphens and underscores, and begins with a letter or a digit", s.client)
	}
	return token, err
}
