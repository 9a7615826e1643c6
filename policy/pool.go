// Package policy decides; it does nothing itself. It knows no clock, no disk
// and no actor: the moment is handed in, and what follows from a decision is
// for the caller to do.
//
// [Pool] decides which account serves a request. [Report] and [RetryPlan]
// decide what an answer means.
package policy

// Slot is an account's place in a [Pool]: a small number, good as an index. The
// slot of a removed account is given to the next new one. Slots order the
// accounts wherever nothing else does.
type Slot int32

// Pool decides which account serves each request. The cost of a decision does
// not grow with the number of accounts, save for a host's own strategy.
//
// A Pool is not safe for concurrent use. Its methods take the present moment,
// which should not run backwards.
type Pool struct{}

// NewPool returns an empty pool. It fails when the strategy is not known.
func NewPool(o Options) (*Pool, error) { return &Pool{}, nil }

// Put adds an account or replaces what is known of it, and returns its slot.
// The pool keeps its own count of requests in flight, and the later LastUsed.
func (p *Pool) Put(f Facts, now Instant) Slot { return 0 }

// SetClaimed notes whether another process uses the account.
func (p *Pool) SetClaimed(id string, claimed bool, now Instant) {}

// Remove forgets an account; if it was the active one, the next usable one
// becomes active.
func (p *Pool) Remove(id string, now Instant) {}

// Slot returns the account's slot.
func (p *Pool) Slot(id string) (Slot, bool) { return 0, false }

// ID returns the id of the account in the slot; empty when it is free.
func (p *Pool) ID(s Slot) string { return "" }

// Len returns the number of accounts.
func (p *Pool) Len() int { return 0 }

// Select picks the account that serves r, takes one of its places, and notes
// that it is used now.
func (p *Pool) Select(r Request, now Instant) Choice { return Choice{} }

// Release gives back the place that Select took. It does nothing for an
// account without a limit of its own.
func (p *Pool) Release(id string, now Instant) {}

// Usable reports whether the account may serve a request for model now.
func (p *Pool) Usable(id, model string, now Instant) bool { return false }

// UsableBesides reports whether an account other than id is usable now.
func (p *Pool) UsableBesides(id string, now Instant) bool { return false }

// Status tells what keeps the account from serving; false when it is not in
// the pool.
func (p *Pool) Status(id string, now Instant) (Status, bool) { return Status{}, false }

// Active returns the id of the account in use; empty for none.
func (p *Pool) Active() string { return "" }

// SetActive makes an account the one in use, as after a restart. An unknown id
// leaves the pool without one.
func (p *Pool) SetActive(id string) {}

// RestoreBindings brings back bindings that were saved, those that are too old
// left out. It is meant for a new pool.
func (p *Pool) RestoreBindings(saved []Binding, now Instant) {}

// TakeBindings returns the bindings that were made, used, moved or ended since
// the last call, each once.
func (p *Pool) TakeBindings() []Binding { return nil }
