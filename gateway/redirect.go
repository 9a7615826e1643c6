package gateway

import (
	"net/http"
	"net/url"
	"strings"
)

// keepHere has a redirect within the provider's address lead through the gateway. The
// client would else take its token to the provider, or ask the gateway for a path of
// another one. Any other redirect passes as it came.
func (x *exchange) keepHere(resp *http.Response) {
	location := resp.Header.Get("Location")
	if location == "" || resp.StatusCode < http.StatusMultipleChoices || resp.StatusCode >= http.StatusBadRequest {
		return
	}
	from := resp.Request.URL
	to, err := from.Parse(location)
	if err != nil || to.Scheme != from.Scheme || to.Host != from.Host {
		return
	}
	base, known := strings.CutSuffix(from.EscapedPath(), x.route.rawRest)
	rest, below := strings.CutPrefix(to.EscapedPath(), base)
	if !known || !below || x.route.rawRest == "" || !strings.HasPrefix(rest, "/") {
		return
	}
	here := x.root() + rest
	path, err := url.PathUnescape(here)
	at := url.URL{Path: path, RawPath: here, RawQuery: to.RawQuery, Fragment: to.Fragment}
	if err != nil || x.gateway.routeOf(&http.Request{URL: &at, Header: x.r.Header}).rawRest != rest {
		return // the gateway reads a version at the beginning of a path as its own
	}
	resp.Header.Set("Location", at.String())
}

// root is the path of the gateway below which the provider's paths are, as the client
// wrote it.
func (x *exchange) root() string {
	if name, bare := bareProvider(x.r.URL.Path, x.r.Header); bare {
		return "/" + name
	}
	return strings.TrimSuffix(x.r.URL.EscapedPath(), x.route.rawRest)
}
