package supervisor

import (
	"github.com/seed-810f1486/multiaccount/messages"
)

// drainPool refuses all new work and drains every account.
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

// accountDrained answers the drain after the last account. Answers to an earlier
// drain are ignored.
func (s *supervisor) accountDrained(drained *messages.Drain) {
	delete(s.draining, drained)
	if s.drain != nil && len(s.draining) == 0 {
		s.drain.Reply.Send(messages.Acknowledged{})
	}
}
