package messages

import "sync/atomic"

// Reply is where the answer to one ask arrives. Only the first answer counts. The
// zero value is open. It is safe for concurrent use, but for one asker alone.
type Reply[T any] struct {
	// answered is set by who answers, or gives up, first.
	answered atomic.Bool
	progress atomic.Uint32
	answer   T
	// arrived is made by an asker that has to wait.
	arrived chan struct{}
}

// The progress of a reply.
const (
	replyOpen uint32 = iota
	replyAwaited
	replyArrived
)

// NewReply returns an open Reply.
func NewReply[T any]() *Reply[T] { return &Reply[T]{} }

// Send delivers the answer and reports whether it will be read: false when the
// ask was answered before or the asker gave up.
func (r *Reply[T]) Send(v T) bool {
	if r == nil || !r.answered.CompareAndSwap(false, true) {
		return false
	}
	r.answer = v
	if r.progress.Swap(replyArrived) == replyAwaited {
		close(r.arrived)
	}
	return true
}

// Answer returns the answer; ok is false while it has not arrived.
func (r *Reply[T]) Answer() (answer T, ok bool) {
	if r.progress.Load() != replyArrived {
		return answer, false
	}
	return r.answer, true
}

// Arrived returns a channel that is closed when the answer has arrived. Only the asker
// may call it, once for each ask.
func (r *Reply[T]) Arrived() <-chan struct{} {
	r.arrived = make(chan struct{})
	if !r.progress.CompareAndSwap(replyOpen, replyAwaited) {
		close(r.arrived)
	}
	return r.arrived
}

// Abandon gives the ask up and reports whether no answer had been sent. After
// false the answer arrives, and the asker must handle it.
func (r *Reply[T]) Abandon() bool { return r.answered.CompareAndSwap(false, true) }

// Abandoned reports whether a Send would have no effect.
func (r *Reply[T]) Abandoned() bool { return r.answered.Load() }

// Reopen makes the Reply usable once more. Only the asker may call it, and only
// after the answer has arrived.
func (r *Reply[T]) Reopen() {
	var none T
	r.answer, r.arrived = none, nil
	r.progress.Store(replyOpen)
	r.answered.Store(false)
}
