package supervisor

import (
	"os"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// decisions returns all remembered decisions with their outcomes.
func (s *supervisor) decisions() []policy.Decision {
	all := s.selection.Decisions(0)
	for i := range all {
		all[i].Process, all[i].Answer = os.Getpid(), s.Answers.Of(all[i].Seq)
	}
	return all
}

// debugDecision logs a decision at debug level.
func (s *supervisor) debugDecision(c policy.Choice) {
	e := s.Log.Debug()
	if !e.Enabled() {
		return
	}
	d, _ := s.selection.Decision(c.Seq)
	whys := make([]string, len(d.Considered))
	for i := range d.Considered {
		whys[i] = d.Considered[i].ID + ": " + d.Considered[i].Why
	}
	e.Str("provider", s.Provider.Name()).Uint64("decision", d.Seq).Str("account", d.Chosen).Str("conversation", d.Conversation).
		Strs("tried", d.Tried).Str("considered", strings.Join(whys, "; ")).Msg(d.Reason.String())
}

// publishDecision publishes a decision for an account when it is out of the
// ordinary: the conversation changed accounts, or the request tried others
// before.
func (s *supervisor) publishDecision(m *messages.SelectAccount, c policy.Choice, picked *member) {
	if c.Rebound {
		s.Publish(event.ConversationMoved{
			Occurrence: s.occurrence(picked.record), Conversation: policy.ConversationID(m.Affinity), From: c.Was, Reason: c.Left,
		})
	}
	if len(m.Exclude) > 0 {
		s.Publish(event.DecisionMade{Occurrence: s.occurrence(picked.record), Seq: c.Seq, Tried: slices.Clone(m.Exclude)})
	}
}

// publishRefused publishes that no account serves a request.
func (s *supervisor) publishRefused(m *messages.SelectAccount, c policy.Choice) {
	s.Publish(event.DecisionMade{Occurrence: s.poolOccurrence(s.Now()), Seq: c.Seq, Tried: slices.Clone(m.Exclude), Reason: c.Reason.String()})
}
