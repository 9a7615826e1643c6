package gateway

import (
	"cmp"
	"net/http"
	"time"
)

// local is what the gateway answers itself.
type local struct {
	status int
	// kind is the text's media type; empty means plain text.
	kind, text string
}

// local returns what anybody gets, without an account and without a token; nil
// when it is to be passed on.
func (g *Gateway) local(r *http.Request) *local {
	if g.isHello(r) {
		return &local{status: http.StatusOK}
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return nil
	}
	switch r.URL.Path {
	case "/healthz":
		return &local{status: http.StatusOK, text: "ok\n"}
	case "/readyz":
		if g.running.isDraining() {
			return &local{status: http.StatusServiceUnavailable, text: "this gateway is being stopped\n"}
		}
		return &local{status: http.StatusOK, text: "ok\n"}
	}
	return nil
}

func (l *local) write(w http.ResponseWriter, r *http.Request) {
	if l.text != "" {
		w.Header().Set("Content-Type", cmp.Or(l.kind, "text/plain; charset=utf-8"))
	}
	w.WriteHeader(l.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(l.text)) // the client may be gone; that is its right
	}
}

// Idle returns for how long no request has been under way; 0 while one is. A
// WebSocket is under way as long as it is open. What is answered without a token
// counts for nothing.
func (g *Gateway) Idle() time.Duration { return g.running.idle(time.Now()) }
