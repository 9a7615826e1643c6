package policy

import "slices"

// Decisions returns the remembered decisions after the one of that number, the
// oldest first. The latest 200 are remembered.
func (p *Pool) Decisions(after uint64) []Decision {
	d := &p.decisions
	first := max(after+1, d.last+1-uint64(len(d.ring)))
	var all []Decision
	for seq := first; seq <= d.last; seq++ {
		all = append(all, p.explain(d.at(seq)))
	}
	return all
}

// Decision returns the decision of that number; false when it is no longer
// remembered.
func (p *Pool) Decision(seq uint64) (Decision, bool) {
	d := &p.decisions
	if seq == 0 || seq > d.last || seq+uint64(len(d.ring)) <= d.last {
		return Decision{}, false
	}
	return p.explain(d.at(seq)), true
}

// explain returns a copy with the state, the score and the reason for each
// account.
func (p *Pool) explain(d *remembered) Decision {
	e := d.Decision
	e.Conversation, e.Tried = ConversationID(d.Conversation), slices.Clone(d.Tried)
	e.Considered = slices.Clone(d.Considered)
	if d.apart.ID != "" {
		e.Considered = append([]Considered{d.apart}, e.Considered[:min(len(e.Considered), fewAccounts-1)]...)
	}
	for i := range e.Considered {
		e.Considered[i].Windows = finite(e.Considered[i].Windows)
		p.judgeConsidered(&e, &e.Considered[i])
	}
	return e
}

func (p *Pool) judgeConsidered(d *Decision, c *Considered) {
	c.State, _ = c.state(c.coolEnd(), c.InFlight, d.At)
	if c.State != Ineligible && d.Model != "" && c.cooldownOf(d.Model) > d.At {
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

// wrongKind is the reason for an account of a kind that the request's host does
// not accept.
const wrongKind = "of another kind than can serve the request"

// finite returns windows whose figures can be written as JSON.
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
	case d.Reason == ProviderDown:
		return "nobody is asked"
	case slices.Contains(d.Tried, c.ID):
		return "tried already by this request"
	case d.Pin != "" && d.Pin != c.ID:
		return d.PinnedBy.elsewhere()
	case len(d.Among) > 0 && !slices.Contains(d.Among, c.ID):
		return outside
	case !c.is(d.Kind):
		return wrongKind
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
		return d.PinnedBy.here()
	case d.Active:
		return "in use already"
	}
	return "first by the strategy"
}

// here says why the pinned account was chosen, elsewhere why others were not.
func (b PinnedBy) here() string {
	switch b {
	case ByResource:
		return "it made what the request names"
	case ByOwner:
		return "pinned by its owner"
	}
	return "the request is pinned to it"
}

func (b PinnedBy) elsewhere() string {
	switch b {
	case ByResource:
		return "another account made what the request names"
	case ByOwner:
		return "the owner has pinned another account"
	}
	return "the request is pinned to another account"
}
