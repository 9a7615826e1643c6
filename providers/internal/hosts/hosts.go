// Package hosts tells for every request whether credentials may be sent to a URL.
package hosts

import (
	"net/url"
	"strings"
)

// Set is a list of servers that credentials may be sent to. The zero value has
// none. It is immutable and safe for concurrent use.
type Set struct {
	servers []server
}

type server struct {
	scheme string // lower case
	name   string // lower case, without port and brackets
	port   string // always a number
}

// New returns the set of a provider: its own host names, over https on port 443,
// and the server of baseURL, with exactly its scheme and port. A baseURL that is
// empty or names no server adds nothing.
func New(baseURL string, own ...string) Set {
	var s Set
	for _, name := range own {
		s.servers = append(s.servers, server{scheme: "https", name: name, port: "443"})
	}
	if base, err := url.Parse(baseURL); err == nil && base.Hostname() != "" {
		s.servers = append(s.servers, server{
			scheme: base.Scheme,
			name:   strings.ToLower(base.Hostname()),
			port:   port(base),
		})
	}
	return s
}

// Owns reports whether u is on one of the set's servers. Names are compared
// without regard to ASCII case, and a name that ends in a dot is another name.
// User information in u is ignored. It allocates nothing.
func (s Set) Owns(u *url.URL) bool {
	if u == nil || u.Opaque != "" {
		return false
	}
	name, number := u.Hostname(), port(u)
	for _, candidate := range s.servers {
		if u.Scheme == candidate.scheme && number == candidate.port && equal(name, candidate.name) {
			return true
		}
	}
	return false
}

// port returns the port of u; empty for a scheme without one.
func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	switch u.Scheme {
	case "https":
		return "443"
	case "http":
		return "80"
	}
	return ""
}

// equal compares with a name in lower case. Unlike strings.EqualFold it does not
// treat the Kelvin sign as a k.
func equal(name, lower string) bool {
	if len(name) != len(lower) {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
