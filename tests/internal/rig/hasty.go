package rig

import (
	"time"

	"github.com/seed-810f1486/multiaccount/providers"
)

// Hasty is p with another timeout of its refreshes; zero keeps its own. It has
// no more than every provider has.
func Hasty(p providers.Provider, timeout time.Duration) providers.Provider {
	if timeout == 0 {
		return p
	}
	return hasty{p, timeout}
}

type hasty struct {
	providers.Provider
	timeout time.Duration
}

func (h hasty) RefreshTimeout() time.Duration { return h.timeout }
