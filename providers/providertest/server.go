package providertest

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Flavour is a provider that the server plays.
type Flavour string

// The flavours.
const (
	// Anthropic is the Messages API, with OAuth logins and API keys.
	Anthropic Flavour = "anthropic"
	// OpenAI is the Responses and Chat Completions API, and ChatGPT's Codex.
	OpenAI Flavour = "openai"
)

// Options configure a server; the zero value is ready to use.
type Options struct {
	// Now is the server's clock, by which tokens expire and quota windows
	// reset; nil means time.Now. It must be safe for concurrent use.
	Now func() time.Time
	// TokenTTL is how long an access token lives; 0 means 8 hours.
	TokenTTL time.Duration
	// TokenDelay is how late the token endpoint answers an exchange, in real
	// time. The refresh token is spent at its beginning.
	TokenDelay time.Duration
	// DeviceInterval is the time that a device login must leave between two
	// polls; 0 means 5 seconds. Answers tell it in whole seconds.
	DeviceInterval time.Duration
	// Model says what requests for generations are answered with, where nothing else
	// answers them; nil names the account that serves. It is called by the request's
	// goroutine and may call the server's methods.
	Model func(Asked) Said
	// MaxCalls bounds [Server.Calls]: older calls are forgotten. 0 means 10 000.
	MaxCalls int
}

const (
	defaultTokenTTL = 8 * time.Hour
	headerTimeout   = 10 * time.Second
	// maxDevices bounds the device logins that wait for WaitDevice.
	maxDevices = 1000
)

// Server is a running provider. All its methods are safe for concurrent use,
// while it serves.
type Server struct {
	// URL is the server's address without a path: "http://127.0.0.1:port".
	URL string

	now    func() time.Time
	model  func(Asked) Said
	serial atomic.Uint64 // numbers answers
	// recorded counts the calls in record.
	recorded tally

	// devices are the user codes for WaitDevice.
	devices chan string

	http   http.Server
	cancel context.CancelFunc
	served chan struct{}
	conns  sync.WaitGroup
	// sockets are connections that are no longer http's.
	sockets sync.WaitGroup

	mu       sync.Mutex // guards all below, and every AccountHandle
	tokenTTL time.Duration
	delay    time.Duration
	// deviceInterval is Options.DeviceInterval.
	deviceInterval time.Duration
	tokens         vault
	accounts       []*AccountHandle
	names          map[string]bool            // of the accounts
	owners         map[Flavour]*AccountHandle // who approves logins
	scripts        []*Script
	outages        map[Flavour]Answer
	gates          gates
	record         record
}

// New starts a server on a free port of 127.0.0.1. It panics when it cannot
// listen there. Call [Server.Close] when done.
func New(opts Options) *Server {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(fmt.Sprintf("providertest: cannot listen on the loopback interface: %v", err))
	}
	s := &Server{
		URL:      "http://" + listener.Addr().String(),
		now:      opts.Now,
		model:    opts.Model,
		served:   make(chan struct{}),
		tokenTTL: orElse(opts.TokenTTL, defaultTokenTTL),
		delay:    opts.TokenDelay,
		devices:  make(chan string, maxDevices),

		deviceInterval: opts.DeviceInterval,

		tokens:  newVault(),
		names:   map[string]bool{},
		outages: map[Flavour]Answer{},
		owners:  map[Flavour]*AccountHandle{},
		record:  newRecord(max(0, opts.MaxCalls)),
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.start(listener)
	return s
}

func (s *Server) start(listener net.Listener) {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.http = http.Server{
		Handler:           s.routes(),
		ReadHeaderTimeout: headerTimeout,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnState:         s.countConns,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	go func() {
		defer close(s.served)
		_ = s.http.Serve(listener) // ends with ErrServerClosed, by Close
	}()
}

func (s *Server) countConns(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.conns.Done()
	case http.StateActive, http.StateIdle:
	}
}

// Close cuts every connection, ends the answers that hang, and returns when
// the server's goroutines have finished. Closing twice is harmless.
func (s *Server) Close() {
	s.cancel()
	_ = s.http.Close() // the listener and connections are gone either way
	<-s.served
	_ = s.http.Close() // a connection accepted while the first Close ran
	s.conns.Wait()
	s.sockets.Wait()
}

// Endpoints are the addresses of one flavour, in the names that the options
// of package anthropic and package openai use.
type Endpoints struct {
	// BaseURL is where requests go: "{BaseURL}/v1/messages" for Anthropic,
	// "{BaseURL}/responses" for Codex (see [Server.Endpoints]).
	BaseURL string
	// TokenURL is the OAuth 2 token endpoint.
	TokenURL string
	// AuthorizeURL is the OAuth 2 authorization endpoint.
	AuthorizeURL string
	// DeviceURL is the device authorization endpoint (RFC 8628), which neither
	// of the real ones has; OpenAI's own device endpoints are below it.
	DeviceURL string
	// UsageURL answers with the quota windows of the token's account.
	UsageURL string
	// ProfileURL answers with whose token it is.
	ProfileURL string
}

// Endpoints returns the addresses of a flavour. OpenAI's BaseURL is Codex's;
// its API for keys is at URL, as in "{URL}/v1/responses".
func (s *Server) Endpoints(f Flavour) Endpoints {
	paths := anthropicPaths()
	if f == OpenAI {
		paths = openaiPaths()
	}
	return Endpoints{
		BaseURL:      s.URL + paths.BaseURL,
		TokenURL:     s.URL + paths.TokenURL,
		AuthorizeURL: s.URL + paths.AuthorizeURL,
		DeviceURL:    s.URL + paths.DeviceURL,
		UsageURL:     s.URL + paths.UsageURL,
		ProfileURL:   s.URL + paths.ProfileURL,
	}
}

// SetTokenDelay changes [Options.TokenDelay] for the exchanges to come.
func (s *Server) SetTokenDelay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

func (s *Server) tokenDelay() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.delay
}

// StartOutage makes every endpoint of a flavour give this answer, whoever
// asks, until [Server.EndOutage]. [Overloaded] and [Unavailable] are the usual
// bad spells.
func (s *Server) StartOutage(f Flavour, a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outages[f] = a
}

// EndOutage ends the flavour's outage, if there is one.
func (s *Server) EndOutage(f Flavour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.outages, f)
}

func orElse[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
