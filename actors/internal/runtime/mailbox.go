package runtime

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
)

const (
	// keptCapacity is how large a queue may be to be kept for the next burst.
	keptCapacity = 64
	// inline is how many messages a sender's goroutine handles for an idle
	// actor before a worker takes over.
	inline = 32
)

// mailbox is an unbounded mailbox. An idle one costs a third of protoactor's, and
// a send to it does not allocate.
//
// The goroutine that sends to an idle actor runs the actor itself, for a few
// messages. So an ask needs no switch between goroutines, which would be most of
// its cost. An actor still handles one message at a time: what is sent to it
// while it runs waits in its queue.
type mailbox struct {
	invoker    actor.MessageInvoker
	dispatcher *dispatcher
	scheduled  atomic.Bool
	// users and systems count the messages that were posted and are not handled
	// yet.
	users, systems atomic.Int32

	//nolint:forbidigo // this lock is what lets the actors do without any
	lock   sync.Mutex
	posted []any
	// notices are system messages. Usually there are some when the actor starts
	// and stops, and nil in between.
	notices *notices

	// Only the goroutine that runs the actor uses the fields below.
	batch     []any
	next      int32
	suspended bool
}

type notices struct{ posted []any }

// mailbox returns a mailbox for an actor that d runs.
func (d *dispatcher) mailbox() actor.Mailbox { return &mailbox{dispatcher: d} }

// PostUserMessage implements [actor.Mailbox]. An idle actor gets the message without
// the queue.
func (m *mailbox) PostUserMessage(message any) {
	if !m.scheduled.CompareAndSwap(false, true) {
		m.post(message)
		m.schedule()
		return
	}
	if m.users.Load() > 0 || m.systems.Load() > 0 || m.suspended {
		m.post(message)
	} else {
		m.invoke(message)
		if m.rest() {
			return
		}
	}
	m.run()
}

func (m *mailbox) post(message any) {
	m.lock.Lock()
	m.posted = append(m.posted, message)
	m.lock.Unlock()
	m.users.Add(1)
}

// PostSystemMessage implements [actor.Mailbox].
func (m *mailbox) PostSystemMessage(message any) {
	m.lock.Lock()
	if m.notices == nil {
		m.notices = &notices{}
	}
	m.notices.posted = append(m.notices.posted, message)
	m.lock.Unlock()
	m.systems.Add(1)
	m.schedule()
}

// RegisterHandlers implements [actor.Mailbox].
func (m *mailbox) RegisterHandlers(invoker actor.MessageInvoker, _ actor.Dispatcher) {
	m.invoker = invoker
}

// Start implements [actor.Mailbox].
func (m *mailbox) Start() {}

// UserMessageCount implements [actor.Mailbox].
func (m *mailbox) UserMessageCount() int { return int(m.users.Load()) }

// schedule runs the actor if it is idle.
func (m *mailbox) schedule() {
	if m.scheduled.CompareAndSwap(false, true) {
		m.run()
	}
}

// run handles what is posted, and leaves what is much to a worker.
func (m *mailbox) run() {
	if !m.finish(inline) {
		m.dispatcher.Schedule(m.process)
	}
}

// process runs the actor until no message is left. It runs on a worker.
func (m *mailbox) process() {
	for !m.finish(throughput) {
		runtime.Gosched()
	}
}

// finish handles up to most messages. It reports whether the actor is idle then,
// or is run by another goroutine.
func (m *mailbox) finish(most int) bool {
	for handled := 0; handled < most; {
		handled += m.drain(most - handled)
		if m.rest() {
			return true
		}
	}
	return false
}

// rest lets go of the actor. It reports whether the actor is idle then, or is run by
// another goroutine; otherwise this one has it again.
func (m *mailbox) rest() bool {
	suspended := m.suspended
	m.scheduled.Store(false)
	if m.systems.Load() == 0 && (suspended || m.users.Load() == 0) {
		return true
	}
	return !m.scheduled.CompareAndSwap(false, true)
}

// invoke handles one message.
func (m *mailbox) invoke(message any) {
	defer func() {
		if reason := recover(); reason != nil {
			m.invoker.EscalateFailure(reason, message)
		}
	}()
	m.invoker.InvokeUserMessage(message)
}

// drain handles messages, system messages first, until none is left, most are
// handled, or the actor panics. It returns how many it handled.
func (m *mailbox) drain(most int) (handled int) {
	var message any
	defer func() {
		if reason := recover(); reason != nil {
			m.invoker.EscalateFailure(reason, message)
		}
	}()
	for handled < most {
		handled++
		if message = m.popSystem(); message != nil {
			m.system(message)
			continue
		}
		if m.suspended {
			return handled
		}
		if message = m.popUser(); message == nil {
			return handled
		}
		m.invoker.InvokeUserMessage(message)
	}
	return handled
}

func (m *mailbox) system(message any) {
	switch message.(type) {
	case *actor.SuspendMailbox:
		m.suspended = true
	case *actor.ResumeMailbox:
		m.suspended = false
	default:
		m.invoker.InvokeSystemMessage(message)
	}
}

func (m *mailbox) popSystem() any {
	if m.systems.Load() == 0 {
		return nil
	}
	m.lock.Lock()
	message := m.notices.posted[0]
	m.notices.posted[0] = nil
	m.notices.posted = m.notices.posted[1:]
	if len(m.notices.posted) == 0 {
		m.notices = nil
	}
	m.lock.Unlock()
	m.systems.Add(-1)
	return message
}

func (m *mailbox) popUser() any {
	if int(m.next) == len(m.batch) && !m.refill() {
		return nil
	}
	message := m.batch[m.next]
	m.batch[m.next] = nil
	m.next++
	m.users.Add(-1)
	return message
}

// refill takes over the messages posted since.
func (m *mailbox) refill() bool {
	spare := m.batch[:0]
	if cap(spare) > keptCapacity {
		spare = nil
	}
	m.lock.Lock()
	m.batch, m.posted, m.next = m.posted, spare, 0
	m.lock.Unlock()
	return len(m.batch) > 0
}
