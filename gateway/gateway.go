package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httputil"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount"
)

// Config says what [New] serves. Engine and Clients are required.
type Config struct {
	// Engine has the pools, each of which is served. It must outlive the gateway.
	Engine *multiaccount.Engine
	// Clients know who may use the gateway.
	Clients Clients
	// Hosts are the names by which clients address the gateway, without ports,
	// besides those of the loopback interface. Requests for other names are refused.
	Hosts []string
	// MaxBody is the largest request body in bytes that is kept, so that another
	// account can be asked; 0 means 64 MiB. A larger one is sent once.
	MaxBody int64
	// SpoolDir is where bodies over 8 MiB are kept meanwhile; empty means the
	// system's folder for temporary files.
	SpoolDir string
	// KeepAlive is how long the client of a stream gets nothing before a keep-alive is
	// sent, and the time between two of them; 0 means 30 seconds.
	KeepAlive time.Duration
	// NoWebSockets refuses upgrades, so that clients use plain requests.
	NoWebSockets bool
	// Base sends the requests; nil means a transport of the gateway's own.
	Base http.RoundTripper
	// Observe, when set, is called for each exchange that is passed on, by the
	// goroutine that serves it. The Tap that it returns gets the answer; it may be nil.
	Observe func(*Exchange) Tap
	// TokensToday returns how many tokens a client has used since midnight of the local
	// time, for those that have a limit; nil keeps no such limit. It must be quick, and
	// safe for concurrent use.
	TokensToday func(clientID string) int64
	// Logger gets the gateway's log, which tells of what went wrong; nil logs nothing.
	// No token and no part of a body is ever logged.
	Logger *zerolog.Logger
}

const (
	defaultMaxBody   = 64 << 20
	defaultKeepAlive = 30 * time.Second
)

// Gateway is an HTTP handler. Make it with [New] and end it with
// [Gateway.Drain]. It is safe for concurrent use.
type Gateway struct {
	config    Config
	guard     guard
	upstreams map[string]*upstream
	proxy     httputil.ReverseProxy
	buffers   buffers
	running   running
	inFlight  inFlight
	guesses   guesses
	log       zerolog.Logger
	// idle closes what Base keeps open; nil when Base is the host's.
	idle func()
}

// New returns the gateway of an engine. Errors say what is missing in c, or which
// provider has no address to send requests to.
func New(c Config) (*Gateway, error) {
	switch {
	case c.Engine == nil:
		return nil, errors.New("gateway: Config.Engine is missing")
	case c.Clients == nil:
		return nil, errors.New("gateway: Config.Clients is missing; nobody may use a gateway without a token")
	}
	g := &Gateway{config: c.filled(), guard: newGuard(c.Hosts), log: zerolog.Nop(), running: running{since: time.Now()}}
	if c.Logger != nil {
		g.log = *c.Logger
	}
	if c.Base == nil {
		own := newBase()
		g.config.Base, g.idle = own, own.CloseIdleConnections
	}
	if err := g.openUpstreams(); err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}
	g.openProxy()
	return g, nil
}

func (c Config) filled() Config {
	if c.MaxBody <= 0 {
		c.MaxBody = defaultMaxBody
	}
	if c.KeepAlive <= 0 {
		c.KeepAlive = defaultKeepAlive
	}
	return c
}

// ServeHTTP implements [http.Handler].
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := newExchange(g, w, r)
	refused := x.admit() //nolint:contextcheck // an exchange has its request's context
	switch {
	case refused != nil:
		x.refuse(refused)
	case x.local != nil:
		x.local.write(w, r)
	default:
		x.serve() //nolint:contextcheck // an exchange has its request's context
	}
}
