package actors

import (
	"context"
	"os"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// getDecisions asks for what the supervisor remembers. [Pool.Decisions] sends
// it. It is not in package messages, which knows nothing of policy.
type getDecisions struct {
	reply *messages.Reply[decisionsListed]
}

// decisionsListed answers getDecisions.
type decisionsListed struct {
	decisions []policy.Decision
	err       error
}

// Fail answers the ask with err.
func (m *getDecisions) Fail(err error) { m.reply.Send(decisionsListed{err: err}) }

// Decisions returns the latest decisions, the oldest first.
func (p *Pool) Decisions(ctx context.Context) ([]policy.Decision, error) {
	m := &getDecisions{reply: messages.NewReply[decisionsListed]()}
	listed, err := ask(ctx, p.supervisor, m, m.reply)
	if err == nil {
		err = listed.err
	}
	return listed.decisions, err
}

// decisions returns all that are remembered, with what came of them.
func (s *supervisor) decisions() decisionsListed {
	all := s.selection.Decisions(0)
	for i := range all {
		all[i].Process, all[i].Answer = os.Getpid(), s.answers.of(all[i].Seq)
	}
	return decisionsListed{decisions: all}
}

// debugDecision logs a decision for whoever debugs.
func (s *supervisor) debugDecision(c policy.Choice) {
	e := s.system.log.Debug()
	if !e.Enabled() {
		return
	}
	d, _ := s.selection.Decision(c.Seq)
	whys := make([]string, len(d.Considered))
	for i := range d.Considered {
		whys[i] = d.Considered[i].ID + ": " + d.Considered[i].Why
	}
	e.Str("provider", s.provider.Name()).Uint64("decision", d.Seq).Str("account", d.Chosen).Str("conversation", d.Conversation).
		Strs("tried", d.Tried).Str("considered", strings.Join(whys, "; ")).Msg(d.Reason.String())
}

// tellDecision tells of a decision for an account that is out of the ordinary.
func (s *supervisor) tellDecision(m *messages.SelectAccount, c policy.Choice, picked *member) {
	if c.Rebound {
		s.publish(event.ConversationMoved{
			Occurrence: s.occurrence(picked.record), Conversation: policy.ConversationID(m.Affinity), From: c.Was, Reason: c.Left,
		})
	}
	if len(m.Exclude) > 0 {
		s.publish(event.DecisionMade{Occurrence: s.occurrence(picked.record), Seq: c.Seq, Tried: slices.Clone(m.Exclude)})
	}
}

// tellRefused tells of a request that no account serves.
func (s *supervisor) tellRefused(m *messages.SelectAccount, c policy.Choice) {
	s.publish(event.DecisionMade{Occurrence: s.ownOccurrence(s.wallNow()), Seq: c.Seq, Tried: slices.Clone(m.Exclude), Reason: c.Reason.String()})
}
