// Package runtime is the layer over protoactor-go: it runs actors, hands them
// their messages one at a time, and lets callers ask them. What an actor does is
// written in the packages beside this one. No other package imports protoactor.
//
// Three things differ from protoactor's own. Each was measured:
//
//   - A send to an idle actor runs the actor at once on the sender's goroutine, for
//     a few messages. An ask then needs no switch between goroutines. See mailbox.go.
//   - An ask is a message with a [messages.Reply], not a future. It costs a tenth,
//     and always ends: with an answer, with its context or with its actor. See ask.go.
//   - A panic ends one incarnation of the actor's behavior, and the asker gets an
//     error. protoactor's supervision does not see it. See shell.go.
package runtime

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"
)

// System runs the actors of one engine. Make it with [New], end it with
// [System.Close]. It is safe for concurrent use.
type System struct {
	// Log is where actors log to.
	Log zerolog.Logger
	// Now is the wall clock. Tokens and limits end by it. A test may replace it
	// before the first actor runs.
	Now func() time.Time
	// Running ends when the engine closes. It is the parent of every provider
	// call.
	Running context.Context //nolint:containedctx // its life is the system's

	cancel     context.CancelFunc
	actors     *actor.ActorSystem
	dispatcher *dispatcher
	// tasks are the goroutines that actors own; exchanges are those of them that
	// spend a refresh token.
	tasks, exchanges sync.WaitGroup
}

// New starts an empty system that logs to log.
func New(log zerolog.Logger) *System {
	running, cancel := context.WithCancel(context.Background())
	actors := actor.NewActorSystem(
		actor.WithLoggerFactory(redactingLogger(log)),
		// The defaults start a goroutine that outlives the system.
		actor.WithDeadLetterThrottleInterval(time.Microsecond),
		actor.WithDeadLetterThrottleCount(math.MaxInt32),
	)
	shrinkRegistry(actors)
	return &System{
		Log:        log,
		Now:        WallClock,
		Running:    running,
		cancel:     cancel,
		actors:     actors,
		dispatcher: newDispatcher(),
	}
}

// WallClock is the time by the wall clock alone. The monotonic clock, which
// time.Now carries along, stands still while a laptop sleeps.
func WallClock() time.Time { return time.Now().Round(0) }

// Close ends the system. Every actor must have stopped before that.
func (s *System) Close() {
	s.cancel()
	s.tasks.Wait()
	s.dispatcher.close()
	s.actors.Shutdown()
}

// Task runs work on a goroutine that Close waits for.
func (s *System) Task(work func()) {
	s.tasks.Add(1)
	go func() {
		defer s.tasks.Done()
		work()
	}()
}

// Exchange is Task for a call of a token endpoint.
func (s *System) Exchange(call func()) {
	s.exchanges.Add(1)
	s.Task(func() {
		defer s.exchanges.Done()
		call()
	})
}

// EndExchanges waits for the token exchanges that are still under way when every
// pool is closed. It waits until ctx ends and for grace after that. Then it
// cancels them and returns ctx's error.
func (s *System) EndExchanges(ctx context.Context, grace time.Duration) error {
	ended := make(chan struct{})
	go func() {
		s.exchanges.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-ended:
		return nil
	case <-timer.C:
	}
	s.cancel()
	<-ended
	return ctx.Err()
}
