package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// Decision is what one [Pool.Select] was made from, and what came of it. It
// holds ids and figures: no secret, nothing that was said, and no key of a
// conversation but its [ConversationID].
type Decision struct {
	// Seq counts the pool's decisions from 1.
	Seq      uint64  `json:"seq"`
	At       Instant `json:"at"`
	Strategy string  `json:"strategy"`
	// Conversation stands for the request's affinity key; empty without one.
	Conversation string   `json:"conversation,omitempty"`
	Model        string   `json:"model,omitempty"`
	Pin          string   `json:"pin,omitempty"`
	Tried        []string `json:"tried,omitempty"`
	// Active is the account that was in use before, Bound the conversation's.
	Active string `json:"active,omitempty"`
	Bound  string `json:"bound,omitempty"`
	// Chosen is empty when no account serves; Reason then says why.
	Chosen string `json:"chosen,omitempty"`
	Reason Reason `json:"reason"`
	// RetryAt is when a limited account is available again; zero when not known.
	RetryAt Instant `json:"retry_at,omitzero"`
	// Considered are the pool's accounts, in its order, when there are eight at
	// most; else the chosen one, the active one, the conversation's, and some of
	// the best of the others.
	Considered []Considered `json:"considered"`
	// Counts says how many accounts were in each [State], models aside.
	Counts [Usable + 1]int `json:"counts"`
	// Answer is what the account answered; nil while that is not known.
	Answer *Answered `json:"answer,omitempty"`
}

// Considered is one account as a decision found it.
type Considered struct {
	Facts
	// InFlight is kept only for accounts with a limit.
	InFlight int   `json:"in_flight,omitempty"`
	State    State `json:"state"`
	// Score is the strategy's: the greatest is the best. It is 0 with the
	// strategies that give none: sticky, round-robin, the host's own.
	Score float64 `json:"score,omitempty"`
	// Why says in a few words why the account was chosen or passed over.
	Why string `json:"why"`
}

// Answered is what came of a decision.
type Answered struct {
	// Status is the HTTP status; 0 when no answer came.
	Status int `json:"status,omitempty"`
	// Class is what the provider's answer means, Next what followed from it.
	Class string `json:"class"`
	Next  string `json:"next"`
}

// conversationDigits is how much of a hash stands for a conversation.
const conversationDigits = 12

// ConversationID stands for an affinity key wherever people look, since keys
// may tell of users: the beginning of its SHA-256, empty for no key.
func ConversationID(key string) string {
	if key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:conversationDigits/2])
}

const (
	// keptDecisions is how many decisions a pool remembers.
	keptDecisions = 200
	// fewAccounts is how many accounts a decision names at most.
	fewAccounts = 8
)

// decisions are a pool's latest, in a ring that is filled before it turns.
// The affinity keys in it are those of the requests, and the accounts are not
// judged yet: both is left to whoever looks.
type decisions struct {
	ring []Decision
	last uint64
}

// next returns the place for another decision.
func (d *decisions) next() *Decision {
	d.last++
	if len(d.ring) < keptDecisions {
		d.ring = append(d.ring, Decision{Considered: make([]Considered, 0, fewAccounts)})
	}
	return d.at(d.last)
}

func (d *decisions) at(seq uint64) *Decision { return &d.ring[(seq-1)%keptDecisions] }

// remember notes a decision before it changes anything. q is nil for a request
// that is pinned, s nobody for one that no account serves.
func (p *Pool) remember(r *Request, before Slot, q *query, s Slot, c *Choice) {
	d := p.decisions.next()
	view, bound := p.base, ""
	if q != nil {
		view, bound = q.view, q.bound
	}
	*d = Decision{
		Seq: p.decisions.last, At: p.now, Strategy: p.opts.name(), Conversation: r.Affinity, Model: r.Model, Pin: r.Pin, Tried: r.Exclude,
		Active: p.ID(before), Bound: bound, Chosen: p.ID(s), Reason: c.Reason, RetryAt: c.RetryAt,
		Considered: d.Considered[:0], Counts: view.counts,
	}
	d.Counts[Ineligible] = len(p.byID) - view.ranked()
	p.consider(d, view, s, before)
}

// consider names the accounts of a small pool, and some of a large one.
func (p *Pool) consider(d *Decision, v *view, chosen, active Slot) {
	if len(p.members) <= fewAccounts {
		for s := range p.members {
			p.name(d, Slot(s))
		}
		return
	}
	p.nameOnce(d, chosen)
	p.nameOnce(d, active)
	if s, ok := p.byID[d.Bound]; ok && d.Bound != "" {
		p.nameOnce(d, s)
	}
	for _, g := range v.groups[:min(len(v.groups), fewAccounts)] {
		for _, s := range g.leaders() {
			p.nameOnce(d, s)
		}
	}
}

func (p *Pool) nameOnce(d *Decision, s Slot) {
	if s == nobody || len(d.Considered) == fewAccounts {
		return
	}
	for i := range d.Considered {
		if d.Considered[i].ID == p.members[s].facts.ID {
			return
		}
	}
	p.name(d, s)
}

func (p *Pool) name(d *Decision, s Slot) {
	m := &p.members[s]
	if m.facts.ID == "" {
		return
	}
	d.Considered = append(d.Considered, Considered{Facts: m.facts, InFlight: int(m.inFlight)})
	if m.probed == m.facts.CoolUntil { // the probe has gone
		d.Considered[len(d.Considered)-1].ProbeAt = 0
	}
}

// leaders returns the best of each quarter of a group, as far as it is known
// without looking for it, the group's best first.
func (g *group) leaders() (best [5]Slot) {
	const quarters = 4
	best = [5]Slot{nobody, nobody, nobody, nobody, nobody}
	if len(g.slots) == 0 {
		return best
	}
	for i, node := range [...]int{1, quarters, quarters + 1, quarters + 2, quarters + 3} {
		if pos := g.winner(node); pos != nobody && int(pos) < len(g.slots) {
			best[i] = g.slots[pos]
		}
	}
	return best
}

// Decisions returns the decisions after the one of that number, as far as they
// are remembered, the oldest first. The latest 200 are.
func (p *Pool) Decisions(after uint64) []Decision {
	d := &p.decisions
	first := max(after+1, d.last+1-uint64(len(d.ring)))
	var all []Decision
	for seq := first; seq <= d.last; seq++ {
		all = append(all, p.explain(d.at(seq)))
	}
	return all
}

// Decision returns the decision of that number; false when it is not
// remembered any more.
func (p *Pool) Decision(seq uint64) (Decision, bool) {
	d := &p.decisions
	if seq == 0 || seq > d.last || seq+uint64(len(d.ring)) <= d.last {
		return Decision{}, false
	}
	return p.explain(d.at(seq)), true
}

// explain returns a copy that says of each account what spoke for and against it.
func (p *Pool) explain(d *Decision) Decision {
	e := *d
	e.Conversation, e.Tried = ConversationID(d.Conversation), slices.Clone(d.Tried)
	e.Considered = slices.Clone(d.Considered)
	for i := range e.Considered {
		e.Considered[i].Windows = finite(e.Considered[i].Windows)
		p.judgeConsidered(&e, &e.Considered[i])
	}
	return e
}

func (p *Pool) judgeConsidered(d *Decision, c *Considered) {
	c.State, _ = c.state(c.coolEnd(), c.InFlight, d.At, p.opts.SoftQuotaPercent)
	if c.State != Ineligible && d.Model != "" && c.cooldown(d.Model) > d.At {
		c.State = Cooling
	}
	if c.State >= Available && !p.traits.turns {
		l, _ := p.rule.line(&c.Facts, p.epoch, d.At)
		c.Score = l.at(p.seconds(d.At))
	}
	if _, active := p.rule.(hybrid); active && c.State >= Available && c.ID == d.Active {
		c.Score += activePoints
	}
	c.Why = why(d, c)
}

// finite returns windows whose figures can be written down.
func finite(windows []Window) []Window {
	windows = slices.Clone(windows)
	for i := range windows {
		windows[i].Utilization = windows[i].percent()
	}
	return windows
}

// why says why an account was chosen or passed over.
func why(d *Decision, c *Considered) string {
	if c.ID == d.Chosen {
		return whyChosen(d)
	}
	switch {
	case slices.Contains(d.Tried, c.ID):
		return "tried already by this request"
	case d.Pin != "" && d.Pin != c.ID:
		return "the request is pinned to another account"
	case c.State < Available:
		return c.State.String()
	case c.State == Available:
		return "spared: above the soft quota, or limited just now"
	case d.Reason == OwnLimited:
		return "the conversation waits for its account"
	case d.Chosen == "":
		return "not picked by the strategy"
	case d.Chosen == d.Bound:
		return "the conversation stays with its account"
	case c.Claimed:
		return "another process uses it"
	}
	return "another comes first"
}

func whyChosen(d *Decision) string {
	switch d.Chosen {
	case d.Bound:
		return "the conversation's account"
	case d.Pin:
		return "the request is pinned to it"
	case d.Active:
		return "in use already"
	}
	return "first by the strategy"
}
