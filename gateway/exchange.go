package gateway

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount"
)

// exchange is one request and its answer.
type exchange struct {
	gateway *Gateway
	w       *writer
	r       *http.Request
	asker   asker
	client  *Client
	// token is the client's. It is checked again while a WebSocket is open.
	token string
	route route
	// served is the name of the pool that was asked last; empty at first.
	served string
	// local answers a request that needs no account; nil for the others.
	local *local
	// body is the request's body; nil until it was read.
	body *body
	// in is the request as the proxy takes it.
	in *http.Request
	// seen is what the observer is told; nil without one.
	seen  *Exchange
	begun time.Time
}

func newExchange(g *Gateway, w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{gateway: g, r: r, begun: time.Now()}
	x.w = newWriter(w, x)
	return x
}

// admit refuses requests that are not passed on for any client.
func (x *exchange) admit() *refusal {
	g, r := x.gateway, x.r
	x.asker = askerOf(r)
	if refused := g.check(r); refused != nil {
		return refused
	}
	if x.local = g.local(r); x.local != nil {
		return nil
	}
	if refused := x.authenticate(); refused != nil {
		return refused
	}
	x.route = g.routeOf(r)
	switch {
	case x.route.broken != nil:
		return &refusal{kind: notFound, message: plain(x.route.broken.Error())}
	case x.route.upstream == nil:
		return g.nowhere()
	case !x.client.mayUse(x.route.providers()):
		return &refusal{kind: forbidden, message: "the client " + x.client.ID + " may not use " + strings.Join(x.route.providers(), ", ")}
	case x.asksQuota():
		return x.tellQuota()
	}
	return g.overspent(x.client)
}

// serve passes the request on. A drain waits until it has ended.
func (x *exchange) serve() {
	g := x.gateway
	if !g.running.enter() {
		x.refuse(&refusal{kind: closing, message: "this gateway is being stopped; ask again in a moment"})
		return
	}
	defer g.running.leave()
	if !g.inFlight.enter(x.client) {
		x.refuse(&refusal{kind: busy, message: "the client " + x.client.ID + " has as many requests under way as it may; ask again when one has ended"})
		return
	}
	defer g.inFlight.leave(x.client)
	if isUpgrade(x.r) {
		x.serveUpgrade()
		return
	}
	x.pass()
}

// pass sends a plain request.
func (x *exchange) pass() {
	var refused *refusal
	if x.body, refused = x.gateway.readBody(x.w, x.r); refused != nil {
		x.refuse(refused)
		return
	}
	defer x.body.release()
	if refused = x.wrongModel(); refused != nil {
		x.refuse(refused)
		return
	}
	x.observe()
	defer x.w.ended()
	x.in = x.passed()
	x.gateway.proxy.ServeHTTP(x.w, x.in)
	x.w.complete = true
}

type contextKey struct{}

// passed returns the request for the proxy, which would pass on a wish for another
// protocol. Its body is set later.
func (x *exchange) passed() *http.Request {
	r := x.r.WithContext(context.WithValue(x.context(), contextKey{}, x))
	if len(r.Header["Upgrade"]) > 0 {
		r.Header = r.Header.Clone()
		delete(r.Header, "Upgrade")
	}
	r.Body, r.ContentLength, r.TransferEncoding, r.Trailer = http.NoBody, 0, nil, nil
	return r
}

// context returns the request's context with what the engine has to know.
func (x *exchange) context() context.Context {
	ctx := x.caller(x.r.Context())
	if x.seen != nil || x.route.chain != nil {
		ctx = multiaccount.WithTrace(ctx, x.attempted)
	}
	return ctx
}

// attempted notes that an account was asked.
func (x *exchange) attempted(a multiaccount.Attempt) {
	x.served = a.Provider
	if x.seen == nil {
		return
	}
	x.seen.attempted(a)
	if t, ok := x.w.tap.(AttemptTap); ok {
		t.Attempted(a)
	}
}

// provider is the name of the pool that serves, as far as that is known.
func (x *exchange) provider() string { return cmp.Or(x.served, x.route.upstream.name) }

// caller returns ctx with the client in it: each client has conversations of its own,
// and may have accounts of its own.
func (x *exchange) caller(ctx context.Context) context.Context {
	ctx = multiaccount.WithCaller(ctx, x.client.ID)
	if len(x.client.Accounts) > 0 {
		ctx = multiaccount.WithAccounts(ctx, x.client.Accounts...)
	}
	if x.route.chain != nil {
		ctx = multiaccount.WithPools(ctx, x.client.Providers...)
	}
	if x.client.Priority != 0 {
		ctx = multiaccount.WithPriority(ctx, x.client.Priority)
	}
	return ctx
}

func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(contextKey{}).(*exchange)
	return x
}
