package serving

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/localgate"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/internal/serving/metrics"
	"github.com/seed-810f1486/multiaccount/internal/serving/traffic"
	"github.com/seed-810f1486/multiaccount/internal/usage"
)

const (
	// ClientsName is the file of the clients in the state directory.
	ClientsName = "clients.json"
	// FirstClient is the client that the first start makes.
	FirstClient = "default"
	// closeTime is how long the engine has at the end to store what it has to.
	closeTime = 5 * time.Second
)

// Host is what a program brings that serves.
type Host struct {
	// Dir is the state directory, which has the clients and what was used.
	Dir string
	// Open opens the engine, and says where its log goes; nil for nowhere. It is
	// called once the addresses are this program's. [Run] closes the engine.
	Open func(context.Context) (*multiaccount.Engine, *zerolog.Logger, error)
	// In is read only to see it end. Out gets what [Options] ask for, Err what the
	// user should know.
	In       io.Reader
	Out, Err io.Writer
}

// Run serves until ctx ends, or the options say that it is to. It listens before
// anything else is done: a second one on an address changes nothing. A mistake in
// the options is a [*FlagError].
func Run(ctx context.Context, o Options, h Host) error {
	if err := o.check(); err != nil {
		return err
	}
	places, err := o.open(ctx)
	if err != nil {
		return err
	}
	engine, log, err := h.Open(ctx)
	if err != nil {
		o.metrics.close()
		return errors.Join(err, closeAll(places))
	}
	s := &server{Options: o, host: h, places: places, site: Site{Dir: h.Dir, Engine: engine, Log: logOr(log)}}
	closeUsage := s.record(ctx)
	err = errors.Join(s.run(ctx), closeAll(places))
	return errors.Join(err, closeUsage(), closeEngine(ctx, engine))
}

func logOr(log *zerolog.Logger) *zerolog.Logger {
	if log == nil {
		silent := zerolog.Nop()
		return &silent
	}
	return log
}

func closeEngine(ctx context.Context, engine *multiaccount.Engine) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	return engine.Close(ctx)
}

// server is one call of [Run].
type server struct {
	Options
	host   Host
	places []place
	site   Site
	// traffic are told of each request.
	traffic traffic.Recorder
	// withdraw keeps programs from finding it; it may be called twice.
	withdraw func()
}

// record begins to record what is used. Requests are served without it, too.
func (s *server) record(ctx context.Context) (end func() error) {
	log, err := usage.Open(ctx, filepath.Join(s.site.Dir, usage.FileName), s.site.Log)
	if err != nil {
		s.tell("What is used is not recorded: " + err.Error())
		return func() error { return nil }
	}
	s.site.Usage = log
	return log.Close
}

// run serves until ctx ends, and then what is under way.
func (s *server) run(ctx context.Context) (err error) {
	if s.site.Clients, err = gateway.OpenClients(filepath.Join(s.site.Dir, ClientsName)); err != nil {
		return err
	}
	token, err := s.newToken(ctx)
	if err != nil {
		return err
	}
	defer s.site.Clients.Follow(s.tellRejected)()
	counted := s.count()
	if s.site.Gateway, err = gateway.New(s.gatewayConfig()); err != nil {
		return err
	}
	defer s.metrics.serve(s.site.Gateway.Guard(counted))()
	defer s.beFound(ctx)()
	if err := s.announce(token); err != nil {
		return err
	}
	defer s.tellEvents()()
	ctx, stop := s.watch(ctx)
	defer stop()
	return s.serveUntil(ctx)
}

// beFound lets programs on this machine find this gateway, unless it ends with
// another one. It serves without it, too.
func (s *server) beFound(ctx context.Context) (withdraw func()) {
	if s.withdraw = func() {}; s.ofAnother() {
		return s.withdraw
	}
	release, err := localgate.Announce(ctx, s.site.Dir, s.places[0].url)
	if err != nil {
		s.tell("\"multiaccount run\" does not find this gateway: " + err.Error())
	}
	s.withdraw = func() { _ = release() } // the end of the process does it too
	return s.withdraw
}

func (s *server) gatewayConfig() gateway.Config {
	c := gateway.Config{Engine: s.site.Engine, Clients: s.site.Clients, Hosts: s.hosts, Logger: s.site.Log}
	var observers []func(*gateway.Exchange) gateway.Tap
	if s.site.Usage != nil {
		observers = append(observers, s.site.Usage.Observe)
	}
	if len(s.traffic) > 0 {
		observers = append(observers, s.traffic.Observe)
	}
	c.Observe = traffic.Observers(observers...)
	return c
}

// count begins to count for Prometheus, where that was asked for, and returns the
// handler that tells it.
func (s *server) count() http.Handler {
	if s.metrics.address == "" {
		return http.NotFoundHandler()
	}
	m := metrics.New(s.site.dropped)
	m.Watch(s.site.Engine)
	s.traffic = append(s.traffic, m)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	return mux
}

// tellRejected tells of a list of clients that cannot be taken over.
func (s *server) tellRejected(err error) {
	s.tell("The clients have changed and cannot be read; those before hold: " + err.Error())
}

// tell tells the user a line.
func (s *server) tell(text string) {
	_, _ = fmt.Fprintf(s.host.Err, "multiaccount: %s\n", printable.Text(text)) // there is nobody else to tell
}

func (s *server) serveUntil(ctx context.Context) error {
	server := gateway.Server(s.site.Gateway)
	server.Handler = s.traffic.Handler(s.site.handler())
	ended := make(chan error, len(s.places))
	for _, p := range s.places {
		go func() { ended <- server.Serve(p) }()
	}
	select {
	case err := <-ended:
		return errors.Join(err, server.Close())
	case <-ctx.Done():
	}
	err := s.finish(ctx)
	_ = server.Close() // all that is left is idle, or too late
	for range s.places {
		if stopped := <-ended; !errors.Is(stopped, http.ErrServerClosed) {
			err = errors.Join(err, stopped)
		}
	}
	return err
}

// finish finishes what is under way.
func (s *server) finish(ctx context.Context) error {
	s.withdraw()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.drain)
	defer cancel()
	if err := s.site.Gateway.Drain(ctx); err != nil {
		return fmt.Errorf("requests were still under way after %s, and were cut", s.drain)
	}
	return nil
}
