package exchange

import (
	"context"
	"errors"
	"net/http/httptrace"
	"sync"
	"time"
)

const (
	// late is how long after its time a timer may fire and still count as on time.
	late = 50 * time.Millisecond
	// grace is how long an answer may take to be read that came while the
	// process was suspended.
	grace = 5 * time.Second
)

// patience ends a request with its context. A timer that fires late shows that
// the process was suspended, or that its machine was. The server may have
// answered meanwhile, and the answer may hold the only copy of a login. So the
// answer is read first, for as long as grace allows.
type patience struct {
	cancel context.CancelCauseFunc

	mu sync.Mutex
	// unsent is set while it is certain that nothing was sent yet.
	unsent bool
	over   bool
	timer  *time.Timer
}

// patient returns the context for a request under ctx, and a function to call
// when the answer was read.
func patient(ctx context.Context) (context.Context, func()) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	lasting, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	p := &patience{cancel: cancel}
	stop := context.AfterFunc(ctx, func() { p.end(ctx.Err(), deadline) })
	return httptrace.WithClientTrace(lasting, p.trace()), func() {
		stop()
		p.done()
	}
}

// trace notes when the request gets a connection. A transport that does not
// report that may have sent it.
func (p *patience) trace() *httptrace.ClientTrace {
	note := func(unsent bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.unsent = unsent
	}
	return &httptrace.ClientTrace{
		GetConn: func(string) { note(true) },
		GotConn: func(httptrace.GotConnInfo) { note(false) },
	}
}

// end ends the request, unless the timer fired late.
func (p *patience) end(reason error, due time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.over:
	case p.unsent, !errors.Is(reason, context.DeadlineExceeded), time.Since(due) <= late:
		p.cancel(reason)
	default:
		due = time.Now().Add(grace)
		p.timer = time.AfterFunc(grace, func() { p.end(reason, due) })
	}
}

func (p *patience) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	if p.timer != nil {
		p.timer.Stop()
	}
	p.cancel(nil)
}
