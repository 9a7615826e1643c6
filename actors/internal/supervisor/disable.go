package supervisor

import (
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// loginFailed asks the writer to disable an account whose login failed. It is
// disabled only while another account stays usable. The last one is kept, with
// its fault recorded.
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

// maxOthers bounds how many usable accounts the writer gets to choose from. One
// is enough, unless another process has just disabled it.
const maxOthers = 8

// usableBesides returns some of the accounts that can serve in place of id.
func (s *supervisor) usableBesides(id string) []string {
	now := policy.At(s.Now())
	var others []string
	for _, m := range s.order {
		if other := m.record.ID; other != id && s.selection.Usable(other, "", now) {
			others = append(others, other)
		}
		if len(others) == maxOthers {
			break
		}
	}
	return others
}

func (s *supervisor) disableDecided(m *messages.DisableDecided) {
	failed := s.member(m.Asked.Key.ID)
	if failed == nil {
		return
	}
	if m.Disabled {
		failed.Tell(&messages.DisableAccount{Generation: m.Asked.Generation})
	} else if failed.toldFault == m.Asked.Fault.Kind {
		return // the owner was told
	}
	failed.toldFault = m.Asked.Fault.Kind
	s.Publish(event.LoginRejected{
		Occurrence: s.occurrence(failed.record), Kind: m.Asked.Fault.Kind, Generation: m.Asked.Generation,
		Reason: m.Asked.Fault.Reason, Disabled: m.Disabled,
	})
}
