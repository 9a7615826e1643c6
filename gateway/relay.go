package gateway

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// relay passes messages between a client and an account's WebSocket. It moves the
// conversation to another account by making the client connect again.
type relay struct {
	x                *exchange
	client, upstream *websocket.Conn
	// attempt is that of the handshake. Failures are reported by it to the account.
	attempt multiaccount.Attempt

	mu    sync.Mutex
	turn  turn
	drain bool
}

// run returns when either side has ended.
func (r *relay) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	var asking sync.WaitGroup
	asking.Go(func() {
		defer cancel()
		r.passRequests(ctx)
	})
	asking.Go(func() { r.awaitEnd(ctx) })
	r.passEvents(ctx)
	cancel()
	asking.Wait()
}

// passRequests passes on what the client sends.
func (r *relay) passRequests(ctx context.Context) {
	for {
		kind, data, err := r.client.Read(ctx)
		if err != nil {
			_ = r.upstream.Close(closeCode(err, websocket.StatusGoingAway), "")
			return
		}
		if refused := r.x.refuseMessage(data); refused != nil {
			if err := write(ctx, r.client, websocket.MessageText, r.x.asker.errorEvent(refused)); err != nil {
				return
			}
			continue
		}
		r.mu.Lock()
		r.turn.ask(data)
		r.mu.Unlock()
		if err := write(ctx, r.upstream, kind, data); err != nil {
			return // reading from it tells why
		}
	}
}

// passEvents passes on what the provider sends.
func (r *relay) passEvents(ctx context.Context) {
	for {
		kind, data, err := r.upstream.Read(ctx)
		if err != nil {
			r.lost(ctx, err)
			return
		}
		data, last := r.judge(ctx, data)
		if r.x.w.tap != nil {
			r.x.w.tap.Passed(data)
		}
		if err := write(ctx, r.client, kind, data); err != nil {
			return
		}
		if last {
			r.moveAway()
			return
		}
	}
}

// write writes a message, and gives up on a side that does not read.
func write(ctx context.Context, conn *websocket.Conn, kind websocket.MessageType, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeStall)
	defer cancel()
	return conn.Write(ctx, kind, data)
}

// judge says what the client gets for an event, and whether that is the last.
func (r *relay) judge(ctx context.Context, data []byte) (passed []byte, last bool) {
	now := r.state()
	attempt := r.attempt
	attempt.Model = now.model
	step, class := attempt.Message(ctx, data)
	if step == providers.StreamFailed && now.running() && !now.shown && isAccounts(class) {
		return r.failover(ctx, now), true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn.see(step)
	return data, r.drain && !r.turn.running()
}

// state returns the turn as it is now, and tells the observer which model it asks
// for.
func (r *relay) state() turn {
	r.mu.Lock()
	defer r.mu.Unlock()
	if seen := r.x.seen; seen != nil && r.turn.model != "" {
		seen.Model = r.turn.model
	}
	return r.turn
}

// isAccounts reports whether a failure concerns the account, so that another account
// may serve.
func isAccounts(class account.Class) bool {
	switch class {
	case account.ClassLimited, account.ClassUnauthorized, account.ClassRevoked, account.ClassOrganization:
		return true
	default:
		return false
	}
}

// failover returns the event that makes the client connect again, to another account.
// When no other can serve, the event tells why.
func (r *relay) failover(ctx context.Context, now turn) []byte {
	if refused := r.another(ctx, now.model); refused != nil {
		return r.x.asker.errorEvent(refused)
	}
	return now.moved()
}

// another refuses when no account can serve.
func (r *relay) another(ctx context.Context, model string) *refusal {
	var first error
	for _, name := range r.x.route.providers() {
		u := r.x.gateway.upstreams[name]
		if !r.x.client.mayUse([]string{name}) {
			continue
		}
		lease, err := u.pool.Acquire(r.x.caller(ctx), multiaccount.Request{Model: model, Kind: u.kindFor(r.x.route)})
		if err == nil {
			lease.Done(multiaccount.Outcome{Err: context.Canceled}) // nothing was asked of it
			return nil
		}
		first = cmp.Or(first, err)
	}
	return r.x.refusalOf(first)
}

// lost tells the client that the provider's side has ended: by the same close code, or
// by one that makes the client connect again. An answer that was cut ends as cut for
// the client too.
func (r *relay) lost(ctx context.Context, err error) {
	now := r.state()
	switch {
	case ctx.Err() != nil: // by the client
	case now.running() && now.shown:
		_ = r.client.CloseNow()
	default:
		_ = r.client.Close(closeCode(err, websocket.StatusServiceRestart), "")
	}
}

// closeCode is the code by which the other side is closed after err.
func closeCode(err error, otherwise websocket.StatusCode) websocket.StatusCode {
	var closed websocket.CloseError
	if !errors.As(err, &closed) {
		return otherwise
	}
	switch closed.Code {
	case websocket.StatusNoStatusRcvd, websocket.StatusAbnormalClosure, websocket.StatusTLSHandshake:
		return otherwise // no such code may be sent
	default:
		return closed.Code
	}
}

// tokenLook is how often the token of an open WebSocket is checked again.
const tokenLook = 2 * time.Second

// awaitEnd closes the WebSocket when the gateway ends or the client was removed: at
// once between turns, else at the end of the turn.
func (r *relay) awaitEnd(ctx context.Context) {
	if !r.awaitReason(ctx) {
		return
	}
	r.mu.Lock()
	r.drain = true
	idle := !r.turn.running()
	r.mu.Unlock()
	if idle {
		r.moveAway()
	}
}

// awaitReason reports false when the connection has ended before.
func (r *relay) awaitReason(ctx context.Context) bool {
	look := time.NewTicker(tokenLook)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			if r.x.gateway.config.Clients.Client(r.x.token) == nil {
				return true
			}
		case <-r.x.gateway.running.draining():
			return true
		case <-ctx.Done():
			return false
		}
	}
}

// moveAway closes the connection with the code that makes the client connect again.
func (r *relay) moveAway() {
	_ = r.client.Close(websocket.StatusServiceRestart, "connect again")
	_ = r.upstream.Close(websocket.StatusNormalClosure, "")
}
