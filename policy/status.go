package policy

// State is how ready an account is.
type State uint8

// The states, from the least to the most ready.
const (
	// Ineligible: switched off, or its login does not work.
	Ineligible State = iota
	// Cooling: limited until a moment.
	Cooling
	// Busy: as many requests in flight as it may have.
	Busy
	// Available: it can serve, but is spared: above the soft quota, or limited
	// less than 30 seconds ago.
	Available
	// Usable: nothing speaks against it.
	Usable
)

// String returns the state in one lower-case word.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}

var stateNames = [...]string{"ineligible", "cooling", "busy", "available", "usable"} //nolint:gochecknoglobals // a constant table

// Status is what a pool knows of one account at one moment.
type Status struct {
	State State
	// Until is the end of the cooldown of a Cooling account.
	Until    Instant
	InFlight int
	Claimed  bool
	Active   bool
}

// Status returns the state of an account, without models; false when it is not in
// the pool.
func (p *Pool) Status(id string, now Instant) (Status, bool) {
	p.advance(now)
	s, ok := p.byID[id]
	if !ok {
		return Status{}, false
	}
	st, until := p.stateFor(s, "")
	m := &p.members[s]
	return Status{
		State: st, Until: until, InFlight: int(m.inFlight), Claimed: m.facts.Claimed, Active: s == p.active,
	}, true
}

// Usable reports whether an account's state for a request for model is [Usable]
// now. An empty model is one without limits of its own.
func (p *Pool) Usable(id, model string, now Instant) bool {
	p.advance(now)
	s, ok := p.byID[id]
	if !ok {
		return false
	}
	st, _ := p.stateFor(s, model)
	return st == Usable
}

// UsableBesides reports whether an account other than id is usable now.
func (p *Pool) UsableBesides(id string, now Instant) bool {
	p.advance(now)
	others := p.base.counts[Usable]
	if s, ok := p.byID[id]; ok && p.base.places[s].rank.state() == Usable {
		others--
	}
	return others > 0
}

// stateFor returns an account's state for a model and, when that is Cooling,
// until when.
func (p *Pool) stateFor(s Slot, model string) (State, Instant) {
	st := p.base.places[s].rank.state()
	if st == Ineligible {
		return st, 0
	}
	if until := p.coolsUntil(s, model); until != 0 {
		return Cooling, until
	}
	return st, 0
}
