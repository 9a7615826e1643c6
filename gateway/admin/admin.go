package admin

import (
	"errors"
	"net/http"
	"os"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
)

// Path is what the path of each request begins with.
const Path = "/admin/v1"

// Config says what [New] serves. Engine, Clients, and Token or Authorize are
// required.
type Config struct {
	// Engine has the accounts. It must outlive the Admin.
	Engine *multiaccount.Engine
	// Clients are those of the gateway.
	Clients *gateway.ClientFile
	// Token knows the admin token; nil when no token is accepted.
	Token *TokenFile
	// Authorize reports whether a request without an Authorization header is the
	// owner's all the same: one of a page that he is logged in to. It has to make sure
	// that no other page sent it. Nil accepts none.
	Authorize func(*http.Request) bool
	// SettingsFile is the file that the engine follows; empty when there is none.
	SettingsFile string
	// Usage has the figures of what was used; nil when nothing is recorded.
	Usage Usage
	// Recording reports whether what is used is recorded now; nil when that is so
	// wherever Usage is set. It must be quick, and safe for concurrent use.
	Recording func() bool
	// TokensToday is as in [gateway.Config]; nil when it is not known.
	TokensToday func(client string) int64
	// Version is the program's.
	Version string
	// Logger gets what is worth reading when something is wrong; nil is silent.
	Logger *zerolog.Logger
}

// Admin is an HTTP handler. Make it with [New] and end it with [Admin.Close]. It is
// safe for concurrent use.
type Admin struct {
	config  Config
	mux     *http.ServeMux
	feed    *feed
	logins  *logins
	log     zerolog.Logger
	started time.Time
	pid     int
}

// New returns the admin interface of an engine. Serve it behind
// [gateway.Gateway.Guard], which keeps web pages away. Errors say what is missing in c.
func New(c Config) (*Admin, error) {
	switch {
	case c.Engine == nil:
		return nil, errors.New("admin: Config.Engine is missing")
	case c.Clients == nil:
		return nil, errors.New("admin: Config.Clients is missing")
	case c.Token == nil && c.Authorize == nil:
		return nil, errors.New("admin: Config.Token and Config.Authorize are missing; nobody could use it")
	}
	a := &Admin{config: c, log: zerolog.Nop(), started: time.Now(), pid: os.Getpid()}
	if c.Logger != nil {
		a.log = *c.Logger
	}
	a.mux = a.newMux()
	a.feed = newFeed(c.Engine.Subscribe)
	a.logins = newLogins()
	return a, nil
}

// Close ends the streams of events and calls off the logins under way, and waits
// for both. Requests are refused from then on.
func (a *Admin) Close() {
	a.feed.close()
	a.logins.close()
}

// ServeHTTP implements [http.Handler].
func (a *Admin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w = &answer{ResponseWriter: w}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if p := a.admit(r); p != nil {
		a.fail(w, r, p)
		return
	}
	a.mux.ServeHTTP(w, r)
}

// admit refuses what is not the owner's.
func (a *Admin) admit(r *http.Request) error {
	if err := a.authenticate(r); err != nil {
		return err
	}
	if a.feed.isClosed() {
		return &problem{Status: http.StatusServiceUnavailable, Code: "closing", Detail: "this gateway is being stopped; ask the next one"}
	}
	return nil
}
