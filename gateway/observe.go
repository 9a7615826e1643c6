package gateway

import (
	"context"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount"
)

// Exchange is one request that is passed on. What is known of it only later is set
// by the time [Tap.Answered] is called.
type Exchange struct {
	Client *Client
	// Provider is the name of the pool that serves; of a chain, of the one that was
	// asked last.
	Provider string
	Method   string
	// Path is the client's.
	Path  string
	Begun time.Time
	// WebSocket is set for a connection of frames.
	WebSocket bool
	// AccountID is the account that was asked last, Model what it was asked for, as far
	// as the request says it, and Attempts how many times an account was asked.
	AccountID string
	Model     string
	Attempts  int

	ctx context.Context //nolint:containedctx // as a request has one
}

// Context returns that of the client's request, as the server made it.
func (e *Exchange) Context() context.Context { return e.ctx }

// Tap sees the answer of an exchange pass, on its way to the client. It must be
// quick, and keep nothing of what it is handed. Calls do not overlap.
type Tap interface {
	// Answered is called once, with the status that the client gets: where a stream that
	// was kept alive ends without an answer, the one that this would have had.
	Answered(status int, header http.Header)
	// Passed is called with each piece of the answer, and with each message of a
	// WebSocket's upstream, before it is written.
	Passed(piece []byte)
	// Ended is called last; complete is not set when the answer was cut.
	Ended(complete bool)
}

// AttemptTap is a [Tap] that is told of each attempt as well.
type AttemptTap interface {
	Tap
	// Attempted is called after each time an account was asked, by the goroutine
	// that asks.
	Attempted(a multiaccount.Attempt)
}

// observe tells of the exchange.
func (x *exchange) observe() {
	observe := x.gateway.config.Observe
	if observe == nil {
		return
	}
	x.seen = &Exchange{
		Client: x.client, Provider: x.route.upstream.name, Method: x.r.Method, Path: x.r.URL.Path,
		Begun: x.begun, WebSocket: isUpgrade(x.r), ctx: x.r.Context(),
	}
	x.w.tap = observe(x.seen)
}

func (e *Exchange) attempted(a multiaccount.Attempt) {
	e.Provider, e.AccountID, e.Model = a.Provider, a.AccountID, a.Model
	e.Attempts++
}
