package gateway

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/chain"
	"github.com/seed-810f1486/multiaccount/providers"
)

// The providers that have paths of their own.
const (
	anthropicName = "anthropic"
	openaiName    = "openai"
	codexName     = "codex"
)

// upstream is a provider that requests go to.
type upstream struct {
	name      string
	pool      *multiaccount.Pool
	transport http.RoundTripper
	// hosts is the provider when each of its hosts takes one kind of account, else nil.
	hosts providers.HostsByKind
	// quota is the provider when its own programs ask how much is used, else nil.
	quota providers.UsageTeller
	// logins and keys are the base addresses of requests, by the kind of account.
	logins, keys *url.URL
}

func (g *Gateway) openUpstreams() error {
	g.upstreams = map[string]*upstream{}
	for _, p := range g.config.Engine.Providers() {
		u, err := g.upstream(p)
		if err != nil {
			return err
		}
		g.upstreams[p.Name()] = u
	}
	for _, name := range g.config.Engine.Chains() {
		if _, err := g.config.Engine.Chain(name); err != nil {
			return err
		}
	}
	return nil
}

func (g *Gateway) upstream(p providers.Provider) (*upstream, error) {
	bases, err := chain.BasesOf(p)
	if err != nil {
		return nil, err
	}
	pool, err := g.config.Engine.Pool(p.Name())
	if err != nil {
		return nil, err
	}
	u := &upstream{name: p.Name(), pool: pool, transport: pool.Transport(g.config.Base), logins: bases[account.OAuth], keys: bases[account.APIKey]}
	u.hosts, _ = p.(providers.HostsByKind)
	u.quota, _ = p.(providers.UsageTeller)
	return u, nil
}

// route is where a request goes: to the path rest below base. The path is kept decoded
// and as it was sent.
type route struct {
	upstream *upstream
	// chain is nil where one pool serves; upstream is then its first.
	chain *multiaccount.Chain
	// broken says why the chain of the path cannot serve.
	broken        error
	base          *url.URL
	rest, rawRest string
}

// routeOf returns where a request goes; upstream is nil when it goes nowhere.
func (g *Gateway) routeOf(r *http.Request) route {
	path, raw := r.URL.Path, r.URL.EscapedPath()
	if name, ok := bareProvider(path, r.Header); ok {
		return g.below(name, path, raw)
	}
	name, rest, _ := strings.Cut(path[1:], "/")
	return g.below(name, "/"+rest, strings.TrimPrefix(raw, "/"+name))
}

// bareProvider returns the provider of a path that does not name one.
func bareProvider(path string, h http.Header) (name string, ok bool) {
	switch first := firstSegments(path); first {
	case "/v1/messages":
		return anthropicName, true
	case "/v1/models":
		if len(h["Anthropic-Version"]) > 0 {
			return anthropicName, true
		}
		return openaiName, true
	case "/v1/responses", "/v1/chat":
		return openaiName, true
	}
	switch path {
	case "/responses", "/responses/compact", "/models", "/wham/usage", "/backend-api/wham/usage", "/api/codex/usage":
		return codexName, true
	case "/api/oauth/usage":
		return anthropicName, true
	}
	return "", false
}

// firstSegments returns the first two segments of a path.
func firstSegments(path string) string {
	second := strings.IndexByte(path[1:], '/') + 1
	if second <= 0 {
		return path
	}
	if third := strings.IndexByte(path[second+1:], '/'); third >= 0 {
		return path[:second+1+third]
	}
	return path
}

// below returns the route to a path of a chain or a provider. A chain may have the
// name of its first provider.
func (g *Gateway) below(name, rest, raw string) route {
	chain, err := g.config.Engine.Chain(chainName(name))
	switch {
	case errors.Is(err, multiaccount.ErrUnknownChain):
		return g.direct(name, rest, raw)
	case err != nil:
		return route{broken: err}
	}
	first := name
	if name != codexName {
		first = chain.Pools()[0]
	}
	r := g.direct(first, rest, raw)
	r.chain = chain
	return r
}

// chainName returns the name of the chain that a path would have: OpenAI has two.
func chainName(path string) string {
	if path == codexName {
		return openaiName
	}
	return path
}

// providers are the names of those that may serve.
func (t *route) providers() []string {
	if t.chain != nil {
		return t.chain.Pools()
	}
	return []string{t.upstream.name}
}

// transport sends requests of the route.
func (t *route) transport(g *Gateway) http.RoundTripper {
	if t.chain != nil {
		return t.chain.Transport(g.config.Base)
	}
	return t.upstream.transport
}

// direct returns the route to a path of a provider. OpenAI has two names: that of
// its API, whose base ends with its version, and that of Codex.
func (g *Gateway) direct(name, rest, raw string) route {
	switch name {
	case codexName:
		if u := g.upstreams[openaiName]; u != nil {
			return route{upstream: u, base: u.logins, rest: rest, rawRest: raw}
		}
	case openaiName:
		if u := g.upstreams[openaiName]; u != nil {
			return route{upstream: u, base: u.keys, rest: withoutVersion(rest), rawRest: withoutVersion(raw)}
		}
	}
	u := g.upstreams[name]
	if u == nil {
		return route{}
	}
	return route{upstream: u, base: u.logins, rest: rest, rawRest: raw}
}

// withoutVersion removes the version, which clients may or may not have in their
// base URL.
func withoutVersion(path string) string {
	if rest, ok := strings.CutPrefix(path, "/v1"); ok && (rest == "" || rest[0] == '/') {
		return rest
	}
	return path
}

// setURL makes u the address of the route.
func (t *route) setURL(u *url.URL) {
	u.Scheme, u.Host, u.User = t.base.Scheme, t.base.Host, t.base.User
	u.Path, u.RawPath = t.base.Path+t.rest, t.base.EscapedPath()+t.rawRest
}

// kindFor returns the only kind of account that can serve a route; empty when any
// can.
func (u *upstream) kindFor(t route) account.Kind {
	if u.hosts == nil {
		return ""
	}
	var to url.URL
	t.setURL(&to)
	return u.hosts.KindFor(&to)
}

// isHello reports whether a request asks whether there is a server, as Claude Code
// does before anything else, without credentials.
func (g *Gateway) isHello(r *http.Request) bool {
	if r.Method != http.MethodHead {
		return false
	}
	base := strings.TrimSuffix(strings.TrimSuffix(r.URL.Path, "/api/hello"), "/")
	name := strings.TrimPrefix(base, "/")
	return base == "" || name == codexName || g.upstreams[name] != nil || slices.Contains(g.config.Engine.Chains(), name)
}

// nowhere is the refusal of an unknown path; it names the known ones.
func (g *Gateway) nowhere() *refusal {
	names := slices.Collect(maps.Keys(g.upstreams))
	if g.upstreams[openaiName] != nil {
		names = append(names, codexName)
	}
	slices.Sort(names)
	for _, chain := range g.config.Engine.Chains() {
		if g.upstreams[chain] == nil {
			names = append(names, chain)
		}
	}
	return &refusal{kind: notFound, message: "there is nothing at this path; the paths of providers and chains begin with /" + strings.Join(names, "/, /") + "/"}
}
