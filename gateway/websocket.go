package gateway

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/coder/websocket"

	"github.com/seed-810f1486/multiaccount"
)

// isUpgrade reports whether a request wants a WebSocket. A wish for another protocol, as
// Java's client has for HTTP/2, is ignored: the request is served as the plain one that
// it is.
func isUpgrade(r *http.Request) bool { return hasToken(r.Header["Upgrade"], "websocket") }

// isHandshake reports whether it wants a WebSocket, in the form of RFC 6455,
// section 4.1.
func isHandshake(r *http.Request) bool {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-Websocket-Key"))
	return r.Method == http.MethodGet && r.ProtoMajor == 1 && r.ProtoAtLeast(1, 1) &&
		strings.EqualFold(r.Header.Get("Upgrade"), "websocket") && hasToken(r.Header["Connection"], "upgrade") &&
		r.Header.Get("Sec-Websocket-Version") == "13" && err == nil && len(key) == 16
}

func hasToken(values []string, token string) bool {
	for part := range strings.SplitSeq(strings.Join(values, ","), ",") {
		if strings.EqualFold(strings.TrimSpace(part), token) {
			return true
		}
	}
	return false
}

// serveUpgrade connects the client with an account's WebSocket. The account is
// picked at the handshake. As any request, the handshake is tried with other accounts
// when one is refused.
func (x *exchange) serveUpgrade() {
	switch {
	case x.gateway.config.NoWebSockets:
		x.refuse(&refusal{kind: noUpgrade, message: "WebSockets are switched off here; send plain requests"})
		return
	case !isHandshake(x.r):
		x.refuse(&refusal{kind: badRequest, message: "this is no handshake of a WebSocket as RFC 6455 has it"})
		return
	}
	x.body = &body{}
	if refused := x.wrongModel(); refused != nil {
		x.refuse(refused)
		return
	}
	x.observe()
	defer x.w.ended()
	ctx, cancel := context.WithCancel(x.r.Context())
	defer cancel()
	var attempt multiaccount.Attempt
	upstream, resp, err := x.dial(ctx, &attempt) //nolint:bodyclose // the connection is the body
	if err != nil {
		x.refuseHandshake(err)
		return
	}
	defer upstream.CloseNow() //nolint:errcheck // what is left of it
	client, err := x.accept(resp)
	if err != nil {
		return // Accept has answered
	}
	defer client.CloseNow() //nolint:errcheck // what is left of it
	r := &relay{x: x, client: client, upstream: upstream, attempt: attempt}
	r.run(ctx)
	x.w.complete = true
}

// dial makes the handshake with the provider. attempt is that of the account which
// answered.
func (x *exchange) dial(ctx context.Context, attempt *multiaccount.Attempt) (*websocket.Conn, *http.Response, error) {
	u := *x.r.URL
	x.route.setURL(&u)
	ctx = multiaccount.WithTrace(context.WithValue(x.caller(ctx), contextKey{}, x), func(a multiaccount.Attempt) {
		*attempt = a
		x.attempted(a)
	})
	conn, resp, err := websocket.Dial(ctx, u.String(), &websocket.DialOptions{
		HTTPClient:      &http.Client{Transport: handshake{x}, CheckRedirect: noRedirect},
		HTTPHeader:      handshakeHeader(x.r.Header, x.token),
		Subprotocols:    subprotocols(x.r.Header, x.token),
		CompressionMode: websocket.CompressionNoContextTakeover, // the other mode keeps 1.2 MB for each connection
	})
	if err == nil {
		conn.SetReadLimit(x.gateway.config.MaxBody)
	}
	return conn, resp, err
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// handshakeHeader returns the headers of the client that are passed on to the
// provider.
func handshakeHeader(h http.Header, token string) http.Header {
	h = h.Clone()
	for part := range strings.SplitSeq(strings.Join(h["Connection"], ","), ",") {
		h.Del(strings.TrimSpace(part))
	}
	for name := range h {
		if strings.HasPrefix(name, "Sec-Websocket-") || strings.HasPrefix(name, "X-Forwarded-") {
			delete(h, name)
		}
	}
	for _, name := range []string{"Connection", "Upgrade", "Keep-Alive", "Te", "Trailer", "Proxy-Authorization", "Proxy-Connection", "Forwarded"} {
		delete(h, name)
	}
	cleanHeader(h, token)
	return h
}

// subprotocols are those that the client asks for, without what pages put among them
// for want of headers: a key, and whose it is.
func subprotocols(h http.Header, token string) (all []string) {
	for name := range strings.SplitSeq(strings.Join(h["Sec-Websocket-Protocol"], ","), ",") {
		name = strings.TrimSpace(name)
		if name != "" && !isCredential(name) && !strings.Contains(name, token) {
			all = append(all, name)
		}
	}
	return all
}

func isCredential(subprotocol string) bool {
	for _, prefix := range [...]string{"openai-insecure-api-key.", "openai-organization.", "openai-project."} {
		if strings.HasPrefix(subprotocol, prefix) {
			return true
		}
	}
	return false
}

// handshake sends the handshake by the pool.
type handshake struct{ x *exchange }

// RoundTrip implements [http.RoundTripper]. An answer other than a switch of
// protocols is an error that holds it.
func (s handshake) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.x.send(req)
	if err != nil || resp.StatusCode == http.StatusSwitchingProtocols {
		return resp, err
	}
	return nil, &refusedHandshakeError{resp}
}

// refusedHandshakeError is the provider's answer in place of a WebSocket.
type refusedHandshakeError struct{ resp *http.Response }

func (e *refusedHandshakeError) Error() string {
	return "the handshake was answered with " + e.resp.Status
}

// refuseHandshake answers a client that gets no WebSocket, as a plain request is
// answered.
func (x *exchange) refuseHandshake(err error) {
	var refused *refusedHandshakeError
	switch {
	case isGone(x.r.Context(), err):
		panic(http.ErrAbortHandler)
	case errors.As(err, &refused):
		x.passRefused(refused.resp)
	default:
		x.refuse(x.refusalOf(err))
	}
}

// passRefused passes on a refused handshake. When the provider has no WebSockets, the
// client is told so, because it would try again otherwise.
func (x *exchange) passRefused(resp *http.Response) {
	defer resp.Body.Close() //nolint:errcheck // read as far as it matters
	switch resp.StatusCode {
	case http.StatusOK, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusUpgradeRequired, http.StatusNotImplemented:
		x.refuse(&refusal{kind: noUpgrade, message: x.provider() + " has no WebSocket here; send plain requests"})
		return
	}
	if err := modify(resp); err != nil {
		x.refuse(x.refusalOf(err))
		return
	}
	for name, values := range resp.Header {
		x.w.Header()[name] = values
	}
	x.w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(x.w, resp.Body) // the client may be gone; that is its right
}

// accept answers the client's handshake with what the provider has chosen.
func (x *exchange) accept(resp *http.Response) (*websocket.Conn, error) {
	h := x.w.Header()
	for name, values := range resp.Header {
		switch {
		case name == "Connection", name == "Upgrade", name == "Set-Cookie", name == "Alt-Svc", strings.HasPrefix(name, "Sec-Websocket-"):
		default:
			h[name] = values
		}
	}
	if x.w.tap != nil {
		x.w.tap.Answered(http.StatusSwitchingProtocols, h)
	}
	conn, err := websocket.Accept(x.w.ResponseWriter, x.r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // the guard has looked at the origin
		Subprotocols:       resp.Header["Sec-Websocket-Protocol"],
		CompressionMode:    websocket.CompressionNoContextTakeover,
	})
	if err == nil {
		conn.SetReadLimit(x.gateway.config.MaxBody)
	}
	return conn, err
}
