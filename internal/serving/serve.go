package serving

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/localgate"
	"github.com/seed-810f1486/multiaccount/internal/printable"
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
	// SettingsFile is the file that the engine follows, Version the program's.
	SettingsFile, Version string
	// Open opens the engine, and says where its log goes; nil for nowhere. It is
	// called once the addresses are this program's. [Run] closes the engine.
	Open func(context.Context) (*multiaccount.Engine, *zerolog.Logger, error)
	// In is read only to see it end. Out gets what [Options] ask for, Err what the
	// user should know.
	In       io.Reader
	Out, Err io.Writer
	// Announce says that it serves, in place of the words of serve; nil for those.
	Announce func(ctx context.Context, address string) error
	// Meanwhile is called once it serves, and awaited at the end; nil does nothing.
	Meanwhile func(ctx context.Context, address string)
}

// Run serves until ctx ends, or the options say that it is to. It listens before
// anything else is done: a second one on an address changes nothing. A mistake in
// the options is a [*FlagError].
func Run(ctx context.Context, o Options, h Host) error {
	if err := o.check(); err != nil {
		return err
	}
	from, err := o.origin(ctx, h.Dir)
	if err != nil {
		return err
	}
	defer from.close()
	places, err := o.open(ctx, from)
	if err != nil {
		return err
	}
	defer o.closeSides()
	engine, log, err := h.Open(ctx)
	if err != nil {
		return errors.Join(err, closeAll(places))
	}
	s := &server{
		Options: o, host: h, from: from, places: places, replaced: make(chan struct{}),
		site: Site{Dir: h.Dir, Engine: engine, Log: logOr(log)},
	}
	closeUsage := s.record(ctx)
	err = s.watchTraffic(ctx)
	if err == nil {
		err = s.run(ctx)
	}
	return errors.Join(err, closeAll(places), s.closeWatchers(ctx), closeUsage(), closeEngine(ctx, engine))
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
	from   *origin
	places []place
	site   Site
	// replaced is closed when another serve has taken over.
	replaced chan struct{}
	watchers
	// withdraw keeps programs from finding it; it may be called twice.
	withdraw func()
}

// record begins to record what is used. Requests are served without it, too.
func (s *server) record(ctx context.Context) (end func() error) {
	log, err := usage.Open(ctx, filepath.Join(s.site.Dir, usage.FileName), s.site.Log)
	if err != nil {
		s.tell("What is used is not recorded, and counts only until this ends: " + err.Error())
		log = usage.Unwritten(ctx)
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
	if s.site.Gateway, err = gateway.New(s.gatewayConfig()); err != nil {
		return err
	}
	endAdmin, err := s.openAdmin()
	if err != nil {
		return err
	}
	defer endAdmin()
	defer s.metrics.serve(s.site.Gateway.Guard(s.metricsHandler()))()
	defer s.pprof.serve(s.site.Gateway.Guard(pprofHandler()))()
	s.takeOver()
	defer s.beFound(ctx)()
	defer s.awaitSuccessor(ctx)()
	defer s.openDashboard(ctx)()
	if err := s.announce(ctx, token); err != nil {
		return err
	}
	defer s.tellEvents()()
	ctx, unfollow := s.follow(ctx)
	defer unfollow()
	ctx, stop := s.watch(ctx)
	defer s.meanwhile(ctx)()
	defer stop()
	return s.serveUntil(ctx)
}

// meanwhile begins what the host does beside, which is awaited by calling end.
func (s *server) meanwhile(ctx context.Context) (end func()) {
	var beside sync.WaitGroup
	if s.host.Meanwhile != nil {
		beside.Go(func() { s.host.Meanwhile(ctx, browsed(s.places[0].url)) })
	}
	return beside.Wait
}

// beFound lets programs on this machine find this gateway, unless it ends with
// another one. It serves without it, too.
func (s *server) beFound(ctx context.Context) (withdraw func()) {
	if s.withdraw = func() {}; s.ofAnother() {
		return s.withdraw
	}
	var err error
	if s.withdraw, err = localgate.Announce(ctx, s.site.Dir, s.places[0].url, s.used); err != nil {
		s.tell("\"multiaccount run AGENT\" does not find this gateway: " + err.Error())
	}
	return s.withdraw
}

func (s *server) gatewayConfig() gateway.Config {
	c := gateway.Config{Engine: s.site.Engine, Clients: s.site.Clients, Hosts: s.hosts, Logger: s.site.Log}
	c.MaxBody, c.NoWebSockets = s.maxBody<<20, s.noWebSockets
	c.TokensToday = s.site.Usage.Today
	observers := []func(*gateway.Exchange) gateway.Tap{s.site.Usage.Observe}
	if len(s.traffic) > 0 {
		observers = append(observers, s.traffic.Observe)
	}
	c.Observe = traffic.Observers(observers...)
	return c
}

// tell tells the user a line.
func (s *server) tell(text string) {
	_, _ = fmt.Fprintf(s.host.Err, "multiaccount: %s\n", printable.Text(text)) // there is nobody else to tell
}

func (s *server) serveUntil(ctx context.Context) error {
	server := gateway.Server(s.site.Gateway)
	server.Handler = s.lastAnswers(s.traffic.Handler(s.site.handler()))
	failed := make(chan error, len(s.places))
	var running sync.WaitGroup
	for _, p := range s.places {
		running.Go(func() {
			if err := server.Serve(p); !s.isEnd(err) {
				failed <- err
			}
		})
	}
	notify(stateReady)
	var err error
	select {
	case err = <-failed:
	case <-s.replaced:
		err = s.leave(ctx, server)
	case <-ctx.Done():
		notify(stateStopping)
		err = s.finish(ctx)
	}
	if err == nil {
		sendRest(ctx, server)
	}
	_ = server.Close() // all that is left is idle, or too late
	running.Wait()
	return err
}

// sendTime is how long the ends of the last answers may take to reach their clients.
const sendTime = time.Second

// sendRest waits until the ends of answers have been sent: nobody else waits for those
// of the admin interface's streams.
func sendRest(ctx context.Context, server *http.Server) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTime)
	defer cancel()
	_ = server.Shutdown(ctx) // what takes longer is cut
}

// isEnd reports whether a listener ended as it was told to.
func (s *server) isEnd(err error) bool {
	return errors.Is(err, http.ErrServerClosed) || s.isReplaced() && errors.Is(err, net.ErrClosed)
}

// finish finishes what is under way.
func (s *server) finish(ctx context.Context) error {
	s.withdraw()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.drain)
	defer cancel()
	s.site.Admin.Close()
	if err := s.site.Gateway.Drain(ctx); err != nil {
		return fmt.Errorf("requests were still under way after %s, and were cut", s.drain)
	}
	return nil
}
