package multiaccount

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/seed-810f1486/multiaccount/settings"
)

// chainEntry is a chain of the settings, or why it cannot be made.
type chainEntry struct {
	links []settings.Link
	chain *Chain
	err   error
}

// Chain returns the chain of that name in the engine's settings, as they are now: a
// change of them makes another chain. The error is [ErrUnknownChain] when there is
// none; other errors say which of its pools the engine does not have, or whose name
// it has without beginning with it.
func (e *Engine) Chain(name string) (*Chain, error) {
	entry, ok := (*e.chains.Load())[name]
	if !ok {
		return nil, fmt.Errorf("%w: the settings have no %q", ErrUnknownChain, name)
	}
	return entry.chain, entry.err
}

// Chains returns the names of the chains in the engine's settings, as they are now.
func (e *Engine) Chains() []string { return slices.Sorted(maps.Keys(*e.chains.Load())) }

// makeChains takes over the chains of settings. One that has not changed keeps its
// conversations.
func (e *Engine) makeChains(s *settings.Settings) {
	made := make(map[string]chainEntry, len(s.Chains))
	before := e.chains.Load()
	for name, links := range s.Chains {
		if before != nil && reflect.DeepEqual((*before)[name].links, links) {
			made[name] = (*before)[name]
			continue
		}
		chain, err := e.makeChain(name, links)
		made[name] = chainEntry{links, chain, err}
	}
	e.chains.Store(&made)
}

func (e *Engine) makeChain(name string, links []settings.Link) (*Chain, error) {
	pools := make([]Link, 0, len(links))
	for _, l := range links {
		pool := e.pools[l.Pool]
		if pool == nil {
			return nil, fmt.Errorf("%w: the chain %s names the pool %q, and there are %s", ErrUnknownProvider, name, l.Pool, e.poolNames())
		}
		pools = append(pools, Link{pool, l.Models})
	}
	if e.pools[name] != nil && links[0].Pool != name {
		return nil, fmt.Errorf("multiaccount: the chain %s has the name of a provider that is not its first pool; let it begin with that, or choose another name", name)
	}
	return NewChain(name, pools...)
}

func (e *Engine) poolNames() string {
	return fmt.Sprint(slices.Sorted(maps.Keys(e.pools)))
}
