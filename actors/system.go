// Package actors is how the root package reaches the engine's actors: a [System]
// runs them, a [Writer] is the handle of the only writer to a store, and a
// [Pool] is the handle of one provider's accounts. The packages below internal
// hold the actors, one package each; package messages holds what they say to each
// other.
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

// Close ends the system. Every actor must have stopped before that.
func (s *System) Close() { s.runtime.Close() }

// EndExchanges waits for the token exchanges that are still under way when every
// pool is closed. It waits until ctx ends and for grace after that. Then it
// cancels them and returns ctx's error.
func (s *System) EndExchanges(ctx context.Context, grace time.Duration) error {
	return s.runtime.EndExchanges(ctx, grace)
}

// Writer is the handle of the actor that makes every write to a store. It is safe for
// concurrent use.
type Writer = writer.Handle

// SpawnWriter starts the writer of a store.
func (s *System) SpawnWriter(store persistence.Store) *Writer {
	return writer.Spawn(s.runtime, store)
}
