package gateway

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// firstDelay is how late the first wrong token of an address is answered. The
	// delay doubles with each further one, up to longestDelay. An address that sent
	// none for the time forgiven begins again with firstDelay.
	firstDelay   = 500 * time.Millisecond
	longestDelay = 8 * time.Second
	forgiven     = time.Minute
	// maxGuessers bounds the addresses that are remembered.
	maxGuessers = 1024
)

// guesses count the wrong tokens of each address, so that guessing takes time. The
// zero value has none.
type guesses struct {
	mu  sync.Mutex
	all map[string]guesser
}

type guesser struct {
	delay time.Duration
	last  time.Time
}

// delay counts a wrong token, and returns how long its answer has to wait.
func (g *guesses) delay(address string, now time.Time) time.Duration {
	key := networkOf(address)
	g.mu.Lock()
	defer g.mu.Unlock()
	known, ok := g.all[key]
	switch {
	case !ok || now.Sub(known.last) >= forgiven:
		known.delay = firstDelay
	default:
		known.delay = min(2*known.delay, longestDelay)
	}
	if !ok && len(g.all) >= maxGuessers {
		g.forget(now)
	}
	if g.all == nil {
		g.all = map[string]guesser{}
	}
	known.last = now
	g.all[key] = known
	return known.delay
}

// forget makes room: it drops the addresses that are forgiven, else the oldest.
func (g *guesses) forget(now time.Time) {
	oldest := ""
	for key, known := range g.all {
		switch {
		case now.Sub(known.last) >= forgiven:
			delete(g.all, key)
		case oldest == "" || known.last.Before(g.all[oldest].last):
			oldest = key
		}
	}
	if len(g.all) >= maxGuessers {
		delete(g.all, oldest)
	}
}

// networkOf is what counts as one address: of IPv6 a whole network, since one machine
// has as many addresses there as it likes. A Unix socket's is empty.
func networkOf(address string) string {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return ""
	}
	ip := at.Addr().Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	return netip.PrefixFrom(ip, 64).Masked().String()
}
