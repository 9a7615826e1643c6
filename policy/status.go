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
	return [...]string{"ineligible", "cooling", "busy", "available", "usable"}[s]
}

// Status is what a pool knows of one account at one moment.
type Status struct {
	State State
	// Until is the end of the cooldown of a Cooling account.
	Until    Instant
	InFlight int
	Claimed  bool
	Active   bool
}
