package chain

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// Bases says where a provider's requests go, for each kind of account.
type Bases map[account.Kind]*url.URL

// BasesOf asks a provider, by its method of [providers.Addressed]. It is an error that the
// provider has none, or that an address names no server.
func BasesOf(p providers.Provider) (Bases, error) {
	addressed, ok := p.(providers.Addressed)
	if !ok {
		return nil, fmt.Errorf("the provider %s does not say where its requests go; it needs the method of providers.Addressed", p.Name())
	}
	bases := Bases{}
	for _, kind := range []account.Kind{account.OAuth, account.APIKey} {
		base, err := url.Parse(strings.TrimSuffix(addressed.Base(kind), "/"))
		switch {
		case err != nil:
			return nil, fmt.Errorf("the address of the provider %s: %w", p.Name(), err)
		case base.Hostname() == "":
			return nil, fmt.Errorf("the address %q of the provider %s names no server", base, p.Name())
		}
		bases[kind] = base
	}
	return bases, nil
}

// errElsewhere is for a request that has no place at other providers.
var errElsewhere = errors.New("the request's address is not below that of the chain's first pool")

// Move returns where a request to u, which is for the provider of these bases, goes at
// another provider: what follows the one's base follows the other's.
func (from Bases) Move(u *url.URL, to Bases) (*url.URL, error) {
	kind, ok := from.kindOf(u)
	if !ok {
		return nil, errElsewhere
	}
	before, base, out := from[kind], to[kind], *u
	out.Scheme, out.Host, out.User = base.Scheme, base.Host, base.User
	out.Path = base.Path + u.Path[len(before.Path):]
	out.RawPath = base.EscapedPath() + strings.TrimPrefix(u.EscapedPath(), before.EscapedPath())
	return &out, nil
}

// kindOf returns the kind of account whose base u is below, and of several the one
// with the longest path.
func (from Bases) kindOf(u *url.URL) (kind account.Kind, ok bool) {
	longest := -1
	for of, base := range from {
		if n := len(base.Path); u.Scheme == base.Scheme && u.Host == base.Host && isBelow(u.Path, base.Path) && n > longest {
			kind, longest = of, n
		}
	}
	return kind, longest >= 0
}

func isBelow(path, base string) bool {
	rest, ok := strings.CutPrefix(path, base)
	return ok && (rest == "" || rest[0] == '/')
}
