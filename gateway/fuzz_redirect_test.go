package gateway

import (
	"net/http"
	"net/url"
	"testing"
)

// FuzzRedirect checks that a redirect which is made to lead through the gateway leads to
// where the provider said, or is refused here.
func FuzzRedirect(f *testing.F) {
	for _, path := range []string{"/zai/v1/models/", "/anthropic/v1/messages", "/v1/messages/", "/zai/", "/zai", "/zai/a%2Bb", "/openai/v1/models/"} {
		for _, location := range []string{"../x", "/api/v4/v1/models?a=1%2F2#b", "https://z.example/api/v4/caf%C3%A9", "//z.example/api/v4//x", "/api/v4/%2e%2e/x", "?a", "/api/v4x", "/v1/x"} {
			f.Add(path, location)
		}
	}
	g := fuzzed(f)
	f.Fuzz(func(t *testing.T, path, location string) {
		u, err := url.ParseRequestURI(path)
		if err != nil {
			return
		}
		r := &http.Request{Method: http.MethodPost, URL: u, Header: http.Header{}}
		if checkPath(r) != nil {
			return
		}
		x := &exchange{gateway: g, r: r, route: g.routeOf(r)}
		if x.route.upstream == nil {
			return
		}
		sent := *u
		x.route.setURL(&sent)
		resp := &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {location}}, Request: &http.Request{URL: &sent}}
		x.keepHere(resp)
		got := resp.Header.Get("Location")
		if got == location {
			return
		}
		said, _ := sent.Parse(location) // else it would not have changed
		next, err := u.Parse(got)
		if err != nil || next.Host != u.Host {
			t.Fatalf("%q to %q became %q: %v", path, location, got, err)
		}
		again := &http.Request{Method: http.MethodGet, URL: next, Header: http.Header{}}
		if checkPath(again) != nil {
			return
		}
		to := g.routeOf(again)
		if to.upstream != x.route.upstream {
			t.Fatalf("%q to %q became %q, which is another provider's", path, location, got)
		}
		leads := *next
		to.setURL(&leads)
		if leads.Host != said.Host || leads.Path != said.Path || leads.RawQuery != said.RawQuery {
			t.Errorf("%q to %q became %q, which leads to %q", path, location, got, leads.String())
		}
	})
}
