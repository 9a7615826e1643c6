package gateway

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// guard refuses the requests of web pages. A page whose name was made to resolve to
// this machine (DNS rebinding) is known by its Host, any other by its Origin.
type guard struct{ names map[string]bool }

func newGuard(hosts []string) guard {
	g := guard{names: make(map[string]bool, len(hosts))}
	for _, host := range hosts {
		g.names[strings.ToLower(host)] = true
	}
	return g
}

// check refuses a request that is meant for another server.
func (g guard) check(r *http.Request) *refusal {
	if !g.knows(hostname(r.Host)) {
		return &refusal{kind: forbidden, message: "this gateway is not known as the host that the request names; address it as 127.0.0.1 or localhost, or by a name that it was started with"}
	}
	for _, origin := range r.Header["Origin"] {
		if u, err := url.Parse(origin); err != nil || !g.knows(strings.ToLower(u.Hostname())) {
			return &refusal{kind: forbidden, message: "this gateway does not answer web pages of other origins"}
		}
	}
	return nil
}

func (g guard) knows(name string) bool {
	if name == "localhost" || g.names[name] {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}

// hostname returns the name in a Host header, in lower case.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// Guard returns a handler that refuses what the gateway refuses for every client, such
// as requests of web pages and paths that can be read in two ways. It hands all other
// requests to h.
func (g *Gateway) Guard(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refused := g.check(r); refused != nil {
			x := newExchange(g, w, r)
			x.asker = askerOf(r)
			x.refuse(refused)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// check refuses a request that no handler of this server may get.
func (g *Gateway) check(r *http.Request) *refusal {
	if refused := checkPath(r); refused != nil {
		return refused
	}
	return g.guard.check(r)
}
