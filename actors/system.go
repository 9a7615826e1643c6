// Package actors is the way into the engine's actors: a [System] runs them, a
// [Persistence] is the address of the only writer to a store, and a [Pool] that of
// one provider's accounts. What the actors do is in the packages below internal,
// one for each; what they say to each other is in package messages.
//
// It is a seam of this module and not for programs outside of it.
package actors

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/actors/internal/writer"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// System runs the actors of one engine. Make it with [NewSystem], end it with
// [System.Close]. It is safe for concurrent use.
type System struct{ runtime *runtime.System }

// NewSystem starts an empty system that logs to log.
func NewSystem(log zerolog.Logger) *System { return &System{runtime: runtime.New(log)} }

// Close ends what is left when every actor has stopped.
func (s *System) Close() { s.runtime.Close() }

// EndExchanges waits for the token exchanges that are under way when every
// pool is closed. Those that outlast ctx by grace are cut off; the error is
// then ctx's.
func (s *System) EndExchanges(ctx context.Context, grace time.Duration) error {
	return s.runtime.EndExchanges(ctx, grace)
}

// Persistence is the address of the persistence actor, the only writer to a
// store. It is safe for concurrent use.
type Persistence = writer.Persistence

// SpawnPersistence starts the only writer to store.
func (s *System) SpawnPersistence(store persistence.Store) *Persistence {
	return writer.Spawn(s.runtime, store)
}
