package openai

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/hosts"
)

var _ providers.HostsByKind = (*Provider)(nil)

// Route says where requests go that both kinds of account can serve; see
// [Options]. An empty field means OpenAI's own value.
type Route struct {
	// LoginURL is the address below which requests of logins go; empty means
	// [DefaultBaseURL].
	LoginURL string
	// KeyURL is the address below which requests with API keys go; empty means
	// [APIBaseURL] and /v1.
	KeyURL string
}

// side is the place of one kind of account.
type side struct {
	kind account.Kind
	host hosts.Set
	// base is what requests are routed to; nil when they are not routed.
	base *url.URL
	// prefix is what the paths of its requests begin with.
	prefix string
}

// sidesOf returns the places of both kinds: those of the route, which may be nil,
// and OpenAI's hosts, each of which refuses the other kind with 401.
func sidesOf(r *Route) []side {
	own := []side{
		{kind: account.OAuth, host: hosts.New("", chatHost)},
		{kind: account.APIKey, host: hosts.New("", apiHost)},
	}
	if r == nil {
		return own
	}
	route := *r
	route.LoginURL = cmp.Or(route.LoginURL, DefaultBaseURL)
	route.KeyURL = cmp.Or(route.KeyURL, APIBaseURL+"/v1")
	all := append(below(account.OAuth, route.LoginURL), below(account.APIKey, route.KeyURL)...)
	return append(all, own...)
}

// below returns the place of a route; none for an address that does not parse.
func below(kind account.Kind, address string) []side {
	base, err := url.Parse(address)
	if err != nil {
		return nil
	}
	return []side{{kind: kind, host: hosts.New(address), base: base, prefix: strings.TrimSuffix(base.Path, "/") + "/"}}
}

// Base implements [providers.Addressed]: the two places of [Options.Route]; without
// a route OpenAI's own two, or [Options.BaseURL] for both when that is another
// server.
func (p *Provider) Base(kind account.Kind) string {
	for i := range p.sides {
		if s := &p.sides[i]; s.kind == kind && s.base != nil {
			return s.base.String()
		}
	}
	switch {
	case p.options.BaseURL != DefaultBaseURL && p.options.BaseURL != APIBaseURL:
		return p.options.BaseURL
	case kind == account.APIKey:
		return APIBaseURL + "/v1"
	}
	return DefaultBaseURL
}

func (s *side) holds(u *url.URL) bool { return s.host.Owns(u) && strings.HasPrefix(u.Path, s.prefix) }

// ownedBySides reports whether u is on the server of a route.
func (p *Provider) ownedBySides(u *url.URL) bool {
	return slices.ContainsFunc(p.sides, func(s side) bool { return s.host.Owns(u) })
}

// KindFor implements [providers.HostsByKind]: chatgpt.com takes logins only, and
// api.openai.com API keys only. The server of a BaseURL takes both, and so does a
// request that [Options.Route] can send to either.
func (p *Provider) KindFor(u *url.URL) account.Kind {
	if p.shared(u) != "" {
		return ""
	}
	for i := range p.sides {
		if s := &p.sides[i]; s.holds(u) {
			return s.kind
		}
	}
	return ""
}

// Route implements [providers.HostsByKind].
func (p *Provider) Route(u *url.URL, kind account.Kind) *url.URL {
	path := p.shared(u)
	if path == "" {
		return u
	}
	for i := range p.sides {
		s := &p.sides[i]
		if s.kind != kind || s.base == nil || s.holds(u) {
			continue
		}
		to := s.base.JoinPath(path)
		to.RawQuery = u.RawQuery
		return to
	}
	return u
}

// shared returns the path of a request that the route can send to either place,
// below the place; empty for any other.
func (p *Provider) shared(u *url.URL) string {
	for i := range p.sides {
		s := &p.sides[i]
		if s.base == nil || !s.holds(u) {
			continue
		}
		switch path := strings.TrimSuffix(u.Path[len(s.prefix):], "/"); path {
		case "responses", "responses/compact":
			return path
		}
	}
	return ""
}
