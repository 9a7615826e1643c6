// Package shared is what the actors of one pool have in common: where they send
// their messages, and the few values that one of them sets and others read
// without a message.
package shared

import (
	"context"
	"maps"
	"math/rand/v2"
	"sync/atomic"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
)

// Pool is shared by the actors of one pool. Once the first of them runs, only its
// atomic fields change.
type Pool struct {
	*runtime.System
	Provider providers.Provider
	// Publish gets every event. It must not block.
	Publish func(event.Event)
	// Reread reads a linked login again, from the file that it was found in.
	Reread func(context.Context, account.Origin) (account.Grant, error)
	// Supervisor is the pool's supervisor; Writer is the engine's persistence actor.
	Supervisor messages.Recipient
	Writer     messages.Recipient
	// LogsDecisions is set when the store keeps decisions for other processes.
	LogsDecisions bool

	// Tuning is set by the supervisor.
	Tuning atomic.Pointer[policy.Tuning]
	// WantSuccesses is set while the supervisor needs to be told of successes. A
	// message for each would cost a healthy request a third of its time.
	WantSuccesses atomic.Bool
	// Answers are the outcomes of the latest decisions.
	Answers Answers

	sizes atomic.Pointer[map[account.Kind]int]
}

// Count returns the number of accounts of a kind; the empty kind means any.
func (p *Pool) Count(kind account.Kind) int {
	if sizes := p.sizes.Load(); sizes != nil {
		return (*sizes)[kind]
	}
	return 0
}

// Resize adds by to the number of accounts of a kind; by may be negative. Only
// the supervisor may call it.
func (p *Pool) Resize(kind account.Kind, by int) {
	sizes := map[account.Kind]int{}
	if known := p.sizes.Load(); known != nil {
		sizes = maps.Clone(*known)
	}
	sizes[""] += by
	sizes[kind] += by
	p.sizes.Store(&sizes)
}

// Jitter returns a random number in [0, 1).
func (p *Pool) Jitter() float64 { return rand.Float64() }
