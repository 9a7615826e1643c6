package demo

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// trouble is what can happen in a run.
type trouble uint8

const (
	// expireOne ends the tokens of one account, earlier than they told.
	expireOne trouble = iota
	// expireAll ends the tokens of all accounts at once.
	expireAll
	// limitNext has a provider answer the next request with 429 and a short
	// Retry-After, whichever account makes it.
	limitNext
	// revokeOne revokes the login of one account, for good.
	revokeOne
	// outage has a provider refuse everything, outageEnds ends it.
	outage
	outageEnds
	// cutNext has a provider end a connection instead of answering.
	cutNext
	// refuseRefresh has the token endpoint fail at the next refresh.
	refuseRefresh
)

// scene is one trouble, the account that it happens to, and when it begins, counted
// from the start of the run.
type scene struct {
	at      time.Duration
	what    trouble
	account int
	flavour providertest.Flavour
}

const (
	// longestOutage is less than the engine's pauses before it asks an account
	// again: 1 s and 2 s, each times 0.5 to 1.
	longestOutage = 1200 * time.Millisecond
	// wobble is by which share of the run a scene may come later than planned.
	wobble = 0.03
)

// plot returns what happens in a run, in its order. The same options give the
// same plot. No trouble in it needs to reach a caller.
func plot(o Options) []scene {
	p := plotter{options: o, rand: rand.New(rand.NewPCG(o.Seed, 0))}
	for _, share := range [...]float64{0.02, 0.20, 0.34, 0.50, 0.64, 0.80} {
		p.add(share, scene{what: expireOne, account: p.anyone()})
	}
	for _, share := range [...]float64{0.07, 0.28, 0.57, 0.88} {
		p.add(share, scene{what: expireAll})
	}
	for _, f := range flavours() {
		p.add(0.12, scene{what: limitNext, flavour: f})
		p.add(0.24, scene{what: cutNext, flavour: f})
		p.add(0.38, scene{what: refuseRefresh, flavour: f})
		p.add(0.84, scene{what: limitNext, flavour: f})
		p.add(0.92, scene{what: cutNext, flavour: f})
	}
	if victim, found := p.victim(); found {
		p.add(0.45, scene{what: revokeOne, account: victim})
	}
	p.outage(0.55, providertest.Anthropic)
	p.outage(0.72, providertest.OpenAI)
	slices.SortStableFunc(p.scenes, func(a, b scene) int { return cmp.Compare(a.at, b.at) })
	return p.scenes
}

type plotter struct {
	options Options
	rand    *rand.Rand
	scenes  []scene
}

// add plans a scene for about that share of the run.
func (p *plotter) add(share float64, s scene) time.Duration {
	s.at = time.Duration((share + wobble*p.rand.Float64()) * float64(p.options.Duration))
	p.scenes = append(p.scenes, s)
	return s.at
}

func (p *plotter) outage(share float64, f providertest.Flavour) {
	begins := p.add(share, scene{what: outage, flavour: f})
	ends := begins + min(longestOutage, p.options.Duration/10)
	p.scenes = append(p.scenes, scene{at: ends, what: outageEnds, flavour: f})
}

func (p *plotter) anyone() int { return p.rand.IntN(p.options.Accounts) }

// victim returns an account whose provider has others left without it.
func (p *plotter) victim() (account int, found bool) {
	i := p.anyone()
	if p.options.share(p.options.Accounts, flavourOf(i)) < 2 {
		i = 0 // Anthropic has the odd one
	}
	return i, p.options.share(p.options.Accounts, flavourOf(i)) >= 2
}
