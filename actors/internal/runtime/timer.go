package runtime

import "time"

// Timer tells an actor something after a while. It belongs to the actor: only
// its Receive, Started and Stopped may use it. What it has to tell is not told
// any more once the timer was stopped or set again, even when the time was up.
// The zero value is a timer that is not set.
type Timer struct{ set *tick }

// tick is a message of a timer on its way through the mailbox.
type tick struct {
	of      *Timer
	clock   *time.Timer
	message any
}

// Set has to told message after wait, in place of what was set before.
func (t *Timer) Set(to *Ref, wait time.Duration, message any) {
	t.Stop()
	next := &tick{of: t, message: message}
	t.set = next
	next.clock = time.AfterFunc(wait, func() { to.Tell(next) })
}

// IsSet reports whether there is something to tell still.
func (t *Timer) IsSet() bool { return t.set != nil }

// Stop reports whether there was something to tell still.
func (t *Timer) Stop() bool {
	if t.set == nil {
		return false
	}
	t.set.clock.Stop()
	t.set = nil
	return true
}

// due returns what is to be told, unless the timer was set or stopped since.
func (t *tick) due() (message any, ok bool) {
	if t.of.set != t {
		return nil, false
	}
	t.of.set = nil
	return t.message, true
}
