package traffic

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway"
)

// Recorder tells watchers of the requests of one server.
type Recorder []Watcher

// underway is a request that has not ended.
type underway struct {
	Request
	recorder Recorder
	//nolint:containedctx // as a request has one
	ctx context.Context
}

type contextKey struct{}

// Handler returns a handler that tells of the requests that h gets. Without watchers
// it is h.
func (c Recorder) Handler(h http.Handler) http.Handler {
	if len(c) == 0 {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u := &underway{recorder: c, Request: Request{Begun: time.Now(), Method: r.Method, Path: r.URL.Path, Remote: hostOf(r.RemoteAddr)}}
		u.ctx = context.WithValue(r.Context(), contextKey{}, u)
		for _, watcher := range c {
			u.ctx = watcher.Began(u.ctx, &u.Request, r.Header)
		}
		defer u.end()                                                       // also of an answer that is cut, which panics
		h.ServeHTTP(&writer{ResponseWriter: w, u: u}, r.WithContext(u.ctx)) //nolint:contextcheck // it is the request's
		u.Complete = u.Provider == "" || u.Complete
	})
}

// hostOf is an address without its port.
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address // a Unix socket has none
	}
	return host
}

func (u *underway) end() {
	u.Duration = time.Since(u.Begun)
	for _, watcher := range u.recorder {
		watcher.Ended(u.ctx, &u.Request)
	}
}

// Observe is for [gateway.Config].
func (Recorder) Observe(e *gateway.Exchange) gateway.Tap {
	u, ok := e.Context().Value(contextKey{}).(*underway)
	if !ok {
		return nil
	}
	u.Client, u.Provider, u.WebSocket = e.Client.ID, e.Provider, e.WebSocket
	return &tap{u}
}

// tap takes over what the gateway knows of a request.
type tap struct{ u *underway }

// Answered implements [gateway.Tap].
func (*tap) Answered(int, http.Header) {}

// Passed implements [gateway.Tap].
func (*tap) Passed([]byte) {}

// Attempted implements [gateway.AttemptTap].
func (t *tap) Attempted(a Attempt) {
	t.u.AccountID, t.u.Model = a.AccountID, a.Model
	t.u.Attempts++
	for _, watcher := range t.u.recorder {
		watcher.Attempted(t.u.ctx, &t.u.Request, a)
	}
}

// Ended implements [gateway.Tap].
func (t *tap) Ended(complete bool) { t.u.Complete = complete }
