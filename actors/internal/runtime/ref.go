package runtime

import (
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
)

// Ref is an actor's address. It is safe for concurrent use.
type Ref struct {
	pid    *actor.PID
	system *System
	// dead is made when somebody first waits for the actor's end, and closed when
	// it has stopped for good.
	dead atomic.Pointer[chan struct{}]
}

// Tell implements [messages.Recipient].
func (r *Ref) Tell(message any) { r.system.actors.Root.Send(r.pid, message) }

// Stop ends the actor once it has handled all messages sent before.
func (r *Ref) Stop() { r.system.actors.Root.Poison(r.pid) }

// Done is closed when the actor has stopped.
func (r *Ref) Done() <-chan struct{} {
	if dead := r.dead.Load(); dead != nil {
		return *dead
	}
	dead := make(chan struct{})
	r.dead.CompareAndSwap(nil, &dead)
	return *r.dead.Load()
}

func (r *Ref) died() {
	r.Done()
	close(*r.dead.Load())
}
