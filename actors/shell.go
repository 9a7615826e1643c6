// Package actors holds the engine's actors, one a file, on protoactor-go:
// supervisor.go picks accounts, account.go holds one account's token and
// limits, persistence.go is the only writer, refresher.go refreshes ahead of
// time. shell.go is what they share: spawning, asking, failing and stopping.
// No other package imports protoactor.
package actors

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/messages"
)

// System runs the actors of one engine. Make it with [NewSystem], end it with
// [System.Close]. It is safe for concurrent use.
type System struct {
	actors     *actor.ActorSystem
	dispatcher *dispatcher
	log        zerolog.Logger
	// running ends when the engine closes: the parent of every provider call.
	running context.Context //nolint:containedctx // its life is the system's
	cancel  context.CancelFunc
	// tasks are the goroutines that actors own.
	tasks sync.WaitGroup
}

// NewSystem starts an empty system that logs to log.
func NewSystem(log zerolog.Logger) *System {
	running, cancel := context.WithCancel(context.Background())
	return &System{
		actors: actor.NewActorSystem(
			actor.WithLoggerFactory(redactingLogger(log)),
			// The defaults start a goroutine that outlives the system.
			actor.WithDeadLetterThrottleInterval(time.Microsecond),
			actor.WithDeadLetterThrottleCount(math.MaxInt32),
		),
		dispatcher: newDispatcher(),
		log:        log,
		running:    running,
		cancel:     cancel,
	}
}

// Close ends what is left when every actor has stopped.
func (s *System) Close() {
	s.cancel()
	s.tasks.Wait()
	s.dispatcher.close()
	s.actors.Shutdown()
}

// task runs work on a goroutine that Close waits for.
func (s *System) task(work func()) {
	s.tasks.Add(1)
	go func() {
		defer s.tasks.Done()
		work()
	}()
}

// ref is an actor's address, known to be dead or alive.
type ref struct {
	pid  *actor.PID
	root *actor.RootContext
	// dead is closed when the actor has stopped for good.
	dead chan struct{}
}

// Tell implements [messages.Recipient].
func (r *ref) Tell(message any) { r.root.Send(r.pid, message) }

// stop ends the actor once it has processed what was sent before.
func (r *ref) stop() { r.root.Poison(r.pid) }

// behavior is what an actor does. Its methods run one at a time.
type behavior interface {
	// started is called before the first message.
	started(ctx actor.Context)
	// receive handles one message.
	receive(ctx actor.Context, message any)
	// stopped is called after the last message, or when a panic ended this
	// incarnation: nobody who waits may be left waiting.
	stopped()
}

// failer is a message whose sender waits for an answer.
type failer interface{ Fail(err error) }

// shell is the protoactor side of an actor: it gives every incarnation a new
// behavior and sees to it that a panic reaches the asker and the supervision.
type shell struct {
	behavior
	create func(self *ref) behavior
	self   *ref
}

// spawn starts an actor below parent.
func (s *System) spawn(parent actor.SpawnerContext, create func(self *ref) behavior) *ref {
	self := &ref{root: s.actors.Root, dead: make(chan struct{})}
	sh := &shell{create: create, self: self}
	props := actor.PropsFromProducer(
		func() actor.Actor { return sh },
		actor.WithDispatcher(s.dispatcher),
		actor.WithSupervisor(actor.RestartingSupervisorStrategy()),
		actor.WithOnInit(func(ctx actor.Context) { self.pid = ctx.Self() }),
	)
	if parent == actor.SpawnerContext(s.actors.Root) {
		props.Configure(actor.WithGuardian(actor.RestartingSupervisorStrategy()))
	}
	parent.Spawn(props)
	return self
}

// Receive implements protoactor's actor.
func (s *shell) Receive(ctx actor.Context) {
	switch message := ctx.Message().(type) {
	case *actor.Started:
		s.behavior = s.create(s.self)
		s.started(ctx)
	case *actor.Restarting:
		s.stopped()
	case *actor.Stopped:
		s.stopped()
		close(s.self.dead)
	case actor.SystemMessage, actor.AutoReceiveMessage:
	default:
		defer s.failAsker(message)
		s.receive(ctx, message)
	}
}

// failAsker answers whoever waits for a message that made the actor panic,
// and lets the panic go on to the supervision, which restarts the actor.
func (s *shell) failAsker(message any) {
	reason := recover()
	if reason == nil {
		return
	}
	if m, ok := message.(failer); ok {
		m.Fail(fmt.Errorf("internal fault while handling %T; the actor was restarted", message))
	}
	panic(reason)
}

// ask sends message to an actor and waits for the reply, ctx's end or the
// actor's. When it returns an error, the reply will not be looked at again.
func ask[T any](ctx context.Context, to *ref, message any, reply *messages.Reply[T]) (T, error) {
	to.Tell(message)
	return wait(ctx, to, reply)
}

// wait is ask for a message that is already on its way.
func wait[T any](ctx context.Context, to *ref, reply *messages.Reply[T]) (T, error) {
	var err error
	select {
	case answer := <-reply.C():
		return answer, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-to.dead:
		err = messages.ErrStopped
	}
	if reply.Abandon() {
		var none T
		return none, err
	}
	return <-reply.C(), nil
}
