package supervisor

import (
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// loginFailed is the breaker: an account is disabled only while another one
// stays usable. The last one is kept, with its fault on record.
func (s *supervisor) loginFailed(m *messages.LoginFailed) {
	failed := s.member(m.ID)
	if failed == nil {
		return
	}
	s.Writer.Tell(&messages.DisableUnlessLast{
		Key: messages.Key{Provider: s.Provider.Name(), ID: m.ID}, Generation: m.Generation, Fault: m.Fault,
		Others: s.usableBesides(m.ID), ReplyTo: s.self,
	})
}

// othersAsked is how many usable accounts the breaker looks for at most: one is
// enough, unless another process has disabled it just now.
const othersAsked = 8

// usableBesides returns some of the accounts that can serve in place of id.
func (s *supervisor) usableBesides(id string) []string {
	now := policy.At(s.Now())
	var others []string
	for _, m := range s.order {
		if other := m.record.ID; other != id && s.selection.Usable(other, "", now) {
			others = append(others, other)
		}
		if len(others) == othersAsked {
			break
		}
	}
	return others
}

func (s *supervisor) breakerDecided(m *messages.BreakerDecided) {
	failed := s.member(m.Asked.Key.ID)
	if failed == nil {
		return
	}
	if m.Disabled {
		failed.Tell(&messages.DisableAccount{Generation: m.Asked.Generation})
	} else if failed.told == m.Asked.Fault.Kind {
		return // and its owner knows
	}
	failed.told = m.Asked.Fault.Kind
	s.Publish(event.LoginRejected{
		Occurrence: s.occurrence(failed.record), Kind: m.Asked.Fault.Kind, Generation: m.Asked.Generation,
		Reason: m.Asked.Fault.Reason, Disabled: m.Disabled,
	})
}
