package runtime

import (
	"fmt"
	"runtime/debug"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/seed-810f1486/multiaccount/messages"
)

// Behavior is what an actor does. Its methods run one at a time.
type Behavior interface {
	// Started is called before the first message.
	Started(ctx Context)
	// Receive handles one message.
	Receive(message any)
	// Stopped is called after the last message, and when a panic ends this
	// incarnation. It must answer all who wait.
	Stopped()
}

// Context is where an actor may start children: see [Nursery.Spawn].
type Context = actor.SpawnerContext

// shell is the protoactor side of an actor. After a panic the next message gets a
// new behavior. protoactor's own restart does the same, but it also stops the
// actor's children and counts restarts.
type shell struct {
	behavior Behavior
	create   func(self *Ref) Behavior
	self     Ref
}

// Receive implements protoactor's actor.
func (s *shell) Receive(ctx actor.Context) {
	switch message := ctx.Message().(type) {
	case *actor.Started:
		s.incarnate(ctx)
	case *actor.Stopped:
		if s.behavior != nil {
			s.end(s.behavior)
		}
		s.self.died()
	case actor.SystemMessage, actor.AutoReceiveMessage:
	case *tick:
		if told, ok := message.due(); ok {
			s.handle(ctx, told)
		}
	default:
		s.handle(ctx, message)
	}
}

func (s *shell) handle(ctx actor.Context, message any) {
	defer s.survive(message)
	if s.behavior == nil {
		s.incarnate(ctx)
	}
	s.behavior.Receive(message)
}

func (s *shell) incarnate(ctx actor.Context) {
	s.behavior = s.create(&s.self)
	s.behavior.Started(ctx)
}

// survive ends this incarnation if message made it panic, and answers the asker
// with an error.
func (s *shell) survive(message any) {
	reason := recover()
	if reason == nil {
		return
	}
	s.log(reason, message)
	if m, ok := message.(messages.Failer); ok {
		m.Fail(fmt.Errorf("internal fault while handling %T; the actor was restarted", message))
	}
	broken := s.behavior
	s.behavior = nil
	if broken != nil {
		s.end(broken)
	}
}

// end ends an incarnation. That may panic as well.
func (s *shell) end(b Behavior) {
	defer func() {
		if reason := recover(); reason != nil {
			s.log(reason, b)
		}
	}()
	b.Stopped()
}

// log shows only types: the value of the panic and the message may hold secrets.
func (s *shell) log(reason, message any) {
	s.self.system.Log.Error().Str("message", fmt.Sprintf("%T", message)).Str("panic", fmt.Sprintf("%T", reason)).
		Bytes("stack", debug.Stack()).Msg("an actor is restarted after an internal fault")
}
