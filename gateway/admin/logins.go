package admin

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/seed-810f1486/multiaccount/login"
)

const (
	// loginTime is how long an owner has.
	loginTime = 10 * time.Minute
	// mostLogins are under way at the same time.
	mostLogins = 8
	// loginKept is how long one that has ended can be asked for, and keptLogins how
	// many.
	loginKept  = 10 * time.Minute
	keptLogins = 32
)

// logins are those under way and those that ended lately.
type logins struct {
	ctx     context.Context //nolint:containedctx // that of all logins, which outlive the requests that start them
	cancel  context.CancelCauseFunc
	running sync.WaitGroup

	mu  sync.Mutex
	all []*flow
}

func newLogins() *logins {
	ctx, cancel := context.WithCancelCause(context.Background())
	return &logins{ctx: ctx, cancel: cancel}
}

var errEnds = errors.New("the gateway is being stopped")

// close calls off all that are under way, and waits for them.
func (l *logins) close() {
	l.mu.Lock()
	l.cancel(errEnds)
	l.mu.Unlock()
	l.running.Wait()
}

// start begins a login, unless there are too many.
func (l *logins) start(f *flow, relogin string, method login.Method) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(time.Now())
	under := 0
	for _, other := range l.all {
		if body, _ := other.now(); !body.State.isOver() {
			under++
		}
	}
	if under >= mostLogins || l.ctx.Err() != nil {
		return false
	}
	now := time.Now()
	f.body = loginBody{
		ID: rand.Text(), Provider: f.provider.Name(), Method: method, State: loginStarting, StartedAt: now, ExpiresAt: now.Add(loginTime), Relogin: relogin,
	}
	f.pasted, f.changed = make(chan string, 1), make(chan struct{})
	ctx, cancel := context.WithTimeoutCause(l.ctx, loginTime, errors.New("nobody finished it within 10 minutes; start again"))
	f.cancel = cancel
	l.all = append(l.all, f)
	l.running.Go(func() {
		defer cancel()
		f.run(ctx)
	})
	return true
}

// forget drops what ended long ago, and the oldest of too many.
func (l *logins) forget(now time.Time) {
	over := func(f *flow) bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return !f.ended.IsZero() && now.Sub(f.ended) > loginKept
	}
	l.all = slices.DeleteFunc(l.all, over)
	for len(l.all) >= keptLogins {
		i := slices.IndexFunc(l.all, func(f *flow) bool { body, _ := f.now(); return body.State.isOver() })
		l.all = slices.Delete(l.all, i, i+1)
	}
}

// list returns how all are, the oldest first.
func (l *logins) list() []loginBody {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(time.Now())
	bodies := []loginBody{}
	for _, f := range l.all {
		body, _ := f.now()
		bodies = append(bodies, body)
	}
	return bodies
}

// find returns the login of an id, nil when there is none.
func (l *logins) find(id string) *flow {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(time.Now())
	if i := l.index(id); i >= 0 {
		return l.all[i]
	}
	return nil
}

// remove calls a login off and forgets it. It reports whether there was one.
func (l *logins) remove(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := l.index(id)
	if i < 0 {
		return false
	}
	l.all[i].cancel()
	l.all = slices.Delete(l.all, i, i+1)
	return true
}

func (l *logins) index(id string) int {
	return slices.IndexFunc(l.all, func(f *flow) bool { return f.body.ID == id })
}
