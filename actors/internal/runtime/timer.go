package runtime

import "time"

// Timer sends an actor a message after a while. It belongs to the actor: only its
// Receive, Started and Stopped may use it. Once the timer was stopped or set
// again, the earlier message is not delivered, even when its time was up already.
// The zero value is a timer that is not set.
type Timer struct{ set *tick }

// tick carries a timer's message through the mailbox.
type tick struct {
	of      *Timer
	clock   *time.Timer
	message any
}

// Set sends message to the actor after wait. It replaces what was set before.
func (t *Timer) Set(to *Ref, wait time.Duration, message any) {
	t.Stop()
	next := &tick{of: t, message: message}
	t.set = next
	next.clock = time.AfterFunc(wait, func() { to.Tell(next) })
}

// IsSet reports whether a message is still to be delivered.
func (t *Timer) IsSet() bool { return t.set != nil }

// Stop reports whether a message was still to be delivered.
func (t *Timer) Stop() bool {
	if t.set == nil {
		return false
	}
	t.set.clock.Stop()
	t.set = nil
	return true
}

// due returns the message, unless the timer was set or stopped since.
func (t *tick) due() (message any, ok bool) {
	if t.of.set != t {
		return nil, false
	}
	t.of.set = nil
	return t.message, true
}
