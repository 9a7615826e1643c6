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
	"slices"
	"sync"
	"sync/atomic"
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
	// wallNow is the clock by which tokens and limits end.
	wallNow func() time.Time
	// running ends when the engine closes: the parent of every provider call.
	running context.Context //nolint:containedctx // its life is the system's
	cancel  context.CancelFunc
	// tasks are the goroutines that actors own, exchanges those among them
	// that spend a refresh token.
	tasks, exchanges sync.WaitGroup
}

// NewSystem starts an empty system that logs to log.
func NewSystem(log zerolog.Logger) *System {
	running, cancel := context.WithCancel(context.Background())
	actors := actor.NewActorSystem(
		actor.WithLoggerFactory(redactingLogger(log)),
		// The defaults start a goroutine that outlives the system.
		actor.WithDeadLetterThrottleInterval(time.Microsecond),
		actor.WithDeadLetterThrottleCount(math.MaxInt32),
	)
	shrinkRegistry(actors)
	return &System{
		actors:     actors,
		dispatcher: newDispatcher(),
		log:        log,
		wallNow:    wallClock,
		running:    running,
		cancel:     cancel,
	}
}

// registryBuckets is how many buckets the registry of actors keeps, of 32 maps
// each.
const registryBuckets = 8

// shrinkRegistry leaves out most buckets of a new system's registry. Protoactor
// makes 1 024: with ten thousand actors each has a map of its own, which costs
// more than the actor's entry in it.
func shrinkRegistry(system *actor.ActorSystem) {
	registry := system.ProcessRegistry
	few := &actor.SliceMap{LocalPIDs: slices.Clone(registry.LocalPIDs.LocalPIDs[:registryBuckets])}
	for _, id := range []string{"deadletter", "eventstream"} { // all that there is yet
		if process, ok := registry.Get(system.NewLocalPID(id)); ok {
			few.GetBucket(id).Set(id, process)
		}
	}
	registry.LocalPIDs = few
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

// exchange is task for a call of a token endpoint.
func (s *System) exchange(call func()) {
	s.exchanges.Add(1)
	s.task(func() {
		defer s.exchanges.Done()
		call()
	})
}

// EndExchanges waits for the token exchanges that are under way when every
// pool is closed. Those that outlast ctx by grace are cut off; the error is
// then ctx's.
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

// ref is an actor's address.
type ref struct {
	pid  *actor.PID
	root *actor.RootContext
	// dead is made when somebody first waits for the actor, closed when it
	// has stopped for good.
	dead atomic.Pointer[chan struct{}]
}

// Tell implements [messages.Recipient].
func (r *ref) Tell(message any) { r.root.Send(r.pid, message) }

// stop ends the actor once it has processed what was sent before.
func (r *ref) stop() { r.root.Poison(r.pid) }

// done is closed when the actor has stopped.
func (r *ref) done() <-chan struct{} {
	if dead := r.dead.Load(); dead != nil {
		return *dead
	}
	dead := make(chan struct{})
	r.dead.CompareAndSwap(nil, &dead)
	return *r.dead.Load()
}

func (r *ref) died() {
	r.done()
	close(*r.dead.Load())
}

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

// shell is the protoactor side of an actor. A panic reaches whoever waits for
// the message, then the supervision; the next message finds a new behavior.
type shell struct {
	behavior
	create func(self *ref) behavior
	self   *ref
}

// nursery spawns the actors of one parent; it is for one goroutine at a time.
// They share its props, which are a good part of what an actor costs.
type nursery struct {
	system  *System
	props   *actor.Props
	newborn *shell
}

func (s *System) nursery(options ...actor.PropsOption) *nursery {
	n := &nursery{system: s}
	n.props = actor.PropsFromProducer(func() actor.Actor { return n.newborn },
		actor.WithDispatcher(s.dispatcher),
		actor.WithMailbox(newMailbox),
		actor.WithSupervisor(resume()),
		actor.WithOnInit(func(ctx actor.Context) { n.newborn.self.pid = ctx.Self() }),
	)
	n.props.Configure(options...)
	return n
}

// resume lets an actor that panicked go on with its next message.
func resume() actor.SupervisorStrategy {
	return actor.NewOneForOneStrategy(0, 0, func(any) actor.Directive { return actor.ResumeDirective })
}

// spawn starts an actor below parent.
func (n *nursery) spawn(parent actor.SpawnerContext, create func(self *ref) behavior) *ref {
	self := &ref{root: n.system.actors.Root}
	n.newborn = &shell{create: create, self: self}
	parent.Spawn(n.props)
	return self
}

// spawn starts an actor of the system's own.
func (s *System) spawn(create func(self *ref) behavior) *ref {
	return s.nursery(actor.WithGuardian(resume())).spawn(s.actors.Root, create)
}

// Receive implements protoactor's actor.
func (s *shell) Receive(ctx actor.Context) {
	switch message := ctx.Message().(type) {
	case *actor.Started:
		s.incarnate(ctx)
	case *actor.Stopped:
		if s.behavior != nil {
			s.stopped()
		}
		s.self.died()
	case actor.SystemMessage, actor.AutoReceiveMessage:
	default:
		if s.behavior == nil {
			s.incarnate(ctx)
		}
		defer s.failAsker(message)
		s.receive(ctx, message)
	}
}

func (s *shell) incarnate(ctx actor.Context) {
	s.behavior = s.create(s.self)
	s.started(ctx)
}

// failAsker ends this incarnation when message made it panic: whoever waits
// gets an answer, and the panic goes on to the supervision.
func (s *shell) failAsker(message any) {
	reason := recover()
	if reason == nil {
		return
	}
	if m, ok := message.(failer); ok {
		m.Fail(fmt.Errorf("internal fault while handling %T; the actor was restarted", message))
	}
	broken := s.behavior
	s.behavior = nil
	broken.stopped()
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
	case <-to.done():
		err = messages.ErrStopped
	}
	if reply.Abandon() {
		var none T
		return none, err
	}
	return <-reply.C(), nil
}
