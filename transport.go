package multiaccount

import "net/http"

// Transport returns a round tripper that sends each request with the account
// that the strategy picks, and tries other accounts while that can help. base
// sends the requests; nil means a clone of [http.DefaultTransport], one for the
// pool. It is safe for concurrent use and needs no closing.
//
// Credentials are set only on requests to the provider's own hosts, also after
// a redirect. A request to another host fails with [*ForeignHostError] before
// anything is sent. Where a host takes one kind of account, only accounts of
// that kind are used. Other errors are those of [Pool.Acquire]. When no other
// account can do better, the answer is returned as it came. The caller must
// close the answer's body, as always: until then the request counts as in
// flight.
func (p *Pool) Transport(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = p.base()
	}
	return &transport{pool: p, base: base}
}

// cloneDefaultTransport returns a transport of the pool's own, so that its
// idle connections can be closed with the engine.
func cloneDefaultTransport() *http.Transport {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		return t.Clone()
	}
	return &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
}

// transport implements http.RoundTripper.
type transport struct {
	pool *Pool
	base http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !t.pool.provider.Owns(req.URL) {
		closeBody(req)
		return nil, &ForeignHostError{Provider: t.pool.provider.Name(), Host: req.URL.Host}
	}
	return t.pool.sender.RoundTrip(t.base, req)
}
