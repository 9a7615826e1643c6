package supervisor

import (
	"github.com/seed-810f1486/multiaccount/messages"
)

// drainPool lets nothing new begin.
func (s *supervisor) drainPool(m *messages.DrainPool) {
	if s.drain != nil {
		s.drain.Fail(messages.ErrStopped)
	}
	s.drain, s.draining = m, make(map[*messages.Drain]bool, len(s.order))
	s.failParked(messages.ErrStopped)
	for _, a := range s.order {
		drain := &messages.Drain{Cut: m.Cut, ReplyTo: s.self}
		s.draining[drain] = true
		a.Tell(drain)
	}
	s.accountDrained(nil)
}

// accountDrained waits for the last. An answer to an earlier drain means
// nothing.
func (s *supervisor) accountDrained(drained *messages.Drain) {
	delete(s.draining, drained)
	if s.drain != nil && len(s.draining) == 0 {
		s.drain.Reply.Send(messages.Acknowledged{})
	}
}
