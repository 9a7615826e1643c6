package runtime

import "github.com/asynkron/protoactor-go/actor"

// Nursery starts the actors of one parent. One goroutine at a time may use it.
// Its actors share their props, which are a large part of what an actor costs.
type Nursery struct {
	system  *System
	props   *actor.Props
	newborn *shell
}

// Nursery returns a nursery for the children of one actor.
func (s *System) Nursery() *Nursery {
	n := &Nursery{system: s}
	n.props = actor.PropsFromProducer(func() actor.Actor { return n.newborn },
		actor.WithDispatcher(s.dispatcher),
		actor.WithMailbox(s.dispatcher.mailbox),
		actor.WithOnInit(func(ctx actor.Context) { n.newborn.self.pid = ctx.Self() }),
	)
	return n
}

// Spawn starts an actor below parent. create makes its behavior, and makes a new
// one after each panic.
func (n *Nursery) Spawn(parent Context, create func(self *Ref) Behavior) *Ref {
	newborn := &shell{create: create, self: Ref{system: n.system}}
	n.newborn = newborn
	parent.Spawn(n.props)
	return &newborn.self
}

// Spawn starts an actor without a parent.
func (s *System) Spawn(create func(self *Ref) Behavior) *Ref {
	return s.Nursery().Spawn(s.actors.Root, create)
}
