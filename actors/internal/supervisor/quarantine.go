package supervisor

import (
	"slices"

	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
)

// The supervisor lists the accounts whose files cannot be used: those found when
// it loaded, and those that become unusable later.

// accountUnreadable lists a file that cannot be used, and publishes it once for
// each reason. An account that is known goes on with what was last read.
func (s *supervisor) accountUnreadable(m *messages.AccountUnreadable) {
	q := m.Quarantined
	if slices.Contains(s.quarantined, q) {
		return
	}
	s.forgetUnreadable(q.ID)
	s.quarantined = append(s.quarantined, q)
	s.publishQuarantined(q)
}

// forgetUnreadable drops a file from the list that can be read again, or is gone.
func (s *supervisor) forgetUnreadable(id string) {
	s.quarantined = slices.DeleteFunc(slices.Clone(s.quarantined), func(q messages.Quarantined) bool { return q.InPlace && q.ID == id })
}

func (s *supervisor) publishQuarantined(q messages.Quarantined) {
	if q.Reason == "" {
		return // quarantined and published by an earlier run
	}
	s.Publish(event.AccountQuarantined{
		Occurrence: event.Occurrence{Provider: s.Provider.Name(), AccountID: q.ID, At: s.Now()},
		Path:       q.Path, Reason: q.Reason,
	})
}

// discard removes an account that is no member, since its file cannot be used.
func (s *supervisor) discard(m *messages.RemoveAccount) {
	if !slices.ContainsFunc(s.quarantined, func(q messages.Quarantined) bool { return q.ID == m.ID }) {
		m.Fail(messages.UnknownAccount(m.ID))
		return
	}
	s.Writer.Tell(&messages.DiscardQuarantined{Key: messages.Key{Provider: s.Provider.Name(), ID: m.ID}, ReplyTo: s.self, Asker: m})
}

func (s *supervisor) quarantineDiscarded(m *messages.QuarantineDiscarded) {
	if m.Err == nil {
		s.quarantined = slices.DeleteFunc(slices.Clone(s.quarantined), func(q messages.Quarantined) bool { return q.ID == m.Discard.Key.ID })
	}
	m.Discard.Asker.Reply.Send(messages.Acknowledged{Err: m.Err})
}
