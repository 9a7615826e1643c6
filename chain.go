package multiaccount

import (
	"fmt"
	"net/http"

	"github.com/seed-810f1486/multiaccount/internal/chain"
	"github.com/seed-810f1486/multiaccount/settings"
)

// Link is one pool of a [Chain].
type Link struct {
	Pool *Pool
	// Models says which models the pool serves, and what the pool calls them. A key is
	// a pattern in which "*" stands for any text; the most specific pattern holds. A
	// pool without Models serves every request as it is.
	Models map[string]string
}

// Chain is several pools of one wire format. When one pool cannot serve a request
// within the time that its settings let it wait, the next one does. A pool cannot
// serve when all its accounts are limited or need a login, when it has none, and when
// its provider is in trouble after the pool has tried again. A request that is wrong
// itself goes to no other pool, and a request that is pinned to an account goes to the
// first pool only.
//
// Nothing is translated. If a pool has another name for the model, that name replaces
// the one in the request's body or, as with Google's API, in its path. All other bytes
// stay as they are.
//
// A conversation stays with the pool that serves it, whose provider has it in its
// cache, until five minutes after the limits of the pools before have ended. A limit
// that ends early is noticed within a quarter of an hour. A chain remembers the latest
// 4096 conversations of the last six hours, in memory.
//
// It is safe for concurrent use and needs no closing.
type Chain struct {
	name  string
	links []link
	// conversations are those that it serves.
	conversations chain.Conversations
}

// link is a pool, and where its provider's requests go.
type link struct {
	Link
	bases chain.Bases
}

func (l *link) provider() string { return l.Pool.provider.Name() }

// NewChain returns a chain of pools. name is what its errors call it. The provider
// of each pool has to implement [providers.Addressed], with addresses that name a
// server. Errors say which rule of [settings.CheckChain] the links break.
func NewChain(name string, links ...Link) (*Chain, error) {
	c := &Chain{name: name}
	plain := make([]settings.Link, 0, len(links))
	for i, l := range links {
		if l.Pool == nil {
			return nil, fmt.Errorf("multiaccount: pool %d of the chain %s is nil", i+1, name)
		}
		bases, err := chain.BasesOf(l.Pool.provider.Provider)
		if err != nil {
			return nil, fmt.Errorf("multiaccount: the chain %s: %w", name, err)
		}
		c.links = append(c.links, link{l, bases})
		plain = append(plain, settings.Link{Pool: l.Pool.provider.Name(), Models: l.Models})
	}
	if err := settings.CheckChain(name, plain); err != nil {
		return nil, fmt.Errorf("multiaccount: the chain %s %w", name, err)
	}
	return c, nil
}

// Name returns what the chain is called.
func (c *Chain) Name() string { return c.name }

// Pools returns the names of its pools, in their order.
func (c *Chain) Pools() []string {
	names := make([]string, len(c.links))
	for i := range c.links {
		names[i] = c.links[i].provider()
	}
	return names
}

// Transport returns a round tripper that sends requests along the chain. Address
// requests to the first pool's provider: for another pool, the provider's address is
// replaced, and what follows it stays. base sends the requests; nil means a clone of
// [http.DefaultTransport] for each pool.
//
// A request that names no model or several does not go to pools with Models. Nor does
// one whose body is compressed or cannot be read twice, unless its path names the
// model. A body that cannot be sent again goes to one pool only.
//
// When no pool serves, the error is [*ChainSpentError], which says why for each pool.
// If only one pool was asked, the caller gets that pool's own answer; if the chain has
// only one, its own error.
func (c *Chain) Transport(base http.RoundTripper) http.RoundTripper {
	return &chainTransport{c, base}
}

// chainTransport implements http.RoundTripper.
type chainTransport struct {
	chain *Chain
	base  http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (t *chainTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	first := t.chain.links[0].Pool
	if !first.provider.Owns(req.URL) {
		closeBody(req)
		return nil, &ForeignHostError{Provider: first.provider.Name(), Host: req.URL.Host}
	}
	w := newChainWalk(t, req)
	resp, err := w.run()
	if !w.passed {
		closeBody(req)
	}
	return resp, err
}

// closeBody closes the body of a request that will not be sent.
func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}
