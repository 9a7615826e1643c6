// Package shared is what the actors of one pool have in common: where they send
// to, and the few values that one of them sets and others read without a message.
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

// Pool is shared by the actors of one pool. Only its atomic fields change once
// the first of them runs.
type Pool struct {
	*runtime.System
	Provider providers.Provider
	// Publish is told every event. It must not block.
	Publish func(event.Event)
	// Reread reads a linked login again, from the file that it was found in.
	Reread func(context.Context, account.Origin) (account.Grant, error)
	// Supervisor is the pool's, Writer the engine's persistence actor.
	Supervisor messages.Recipient
	Writer     messages.Recipient
	// LogsDecisions is set when the store keeps decisions for other processes.
	LogsDecisions bool

	// Tuning is set by the supervisor.
	Tuning atomic.Pointer[policy.Tuning]
	// Alert is set while the supervisor wants to hear of successes: a message for
	// each would cost a healthy request a third of its time.
	WantSuccesses atomic.Bool
	// Answers are what came of the latest decisions.
	Answers Answers

	sizes atomic.Pointer[map[account.Kind]int]
}

// Count returns the number of accounts of a kind; the empty one is any.
func (p *Pool) Count(kind account.Kind) int {
	if sizes := p.sizes.Load(); sizes != nil {
		return (*sizes)[kind]
	}
	return 0
}

// Resize counts accounts of a kind that have come, or have gone when by is
// negative. The supervisor alone may call it.
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
