package actors

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
)

const (
	// loggedDecisions is how many of the latest decisions others can read.
	loggedDecisions = 100
	// answersAwaited is for how long a decision is written again once its
	// answer is known.
	answersAwaited = 10 * time.Minute
)

// decisionLog is what a supervisor leaves of its decisions for others to read.
type decisionLog struct {
	timer *time.Timer
	// last is the latest decision that was left, answered how many of those
	// left had an answer.
	last     uint64
	answered int
}

type decisionsDue struct{}

// saveDecisions has the persister replace what this process left. A supervisor
// sends it; not answered. It is not in package messages, which knows nothing
// of policy.
type saveDecisions struct {
	provider  string
	decisions []policy.Decision
}

// readDecisions asks the persister for what others left. [Pool.OthersDecisions]
// sends it; answered with decisionsListed.
type readDecisions struct {
	provider string
	reply    *messages.Reply[decisionsListed]
}

// Fail answers the ask with err.
func (m *readDecisions) Fail(err error) { m.reply.Send(decisionsListed{err: err}) }

// OthersDecisions returns the latest decisions of other processes.
func (p *Pool) OthersDecisions(ctx context.Context) ([]policy.Decision, error) {
	if p.shared.store.log == nil {
		return nil, nil
	}
	m := &readDecisions{provider: p.shared.provider.Name(), reply: messages.NewReply[decisionsListed]()}
	listed, err := ask(ctx, p.shared.store.ref, m, m.reply)
	if err == nil {
		err = listed.err
	}
	return listed.decisions, err
}

// saveDecisionsSoon leaves the latest decisions for others, once for all of a second.
func (s *supervisor) saveDecisionsSoon() {
	if s.decided.timer == nil && s.store.log != nil {
		s.decided.timer = time.AfterFunc(saveDelay, func() { s.self.Tell(&decisionsDue{}) })
	}
}

// saveDecisions leaves the latest decisions when there is news, and comes back
// while answers are awaited.
func (s *supervisor) saveDecisions() {
	l := &s.decided
	l.timer = nil
	latest := s.decisions().decisions
	latest = latest[max(0, len(latest)-loggedDecisions):]
	if len(latest) == 0 {
		return
	}
	answered, awaited := 0, false
	for i := range latest {
		if d := &latest[i]; d.Answer != nil {
			answered++
		} else if d.Chosen != "" && s.wallNow().Sub(d.At.Time()) < answersAwaited {
			awaited = true
		}
	}
	if last := latest[len(latest)-1].Seq; last != l.last || answered != l.answered {
		l.last, l.answered = last, answered
		s.store.Tell(&saveDecisions{provider: s.provider.Name(), decisions: latest})
	}
	if awaited {
		s.saveDecisionsSoon()
	}
}

// saveDecisions warns once: nothing depends on these files.
func (p *persister) saveDecisions(m *saveDecisions) {
	p.replaceOwn(&ownWritten{
		file:  ownFile{m.provider, "decisions"},
		write: func() error { return writeDecisions(p.log, m) },
		failed: func(err error) {
			if !p.warned {
				p.warned = true
				p.system.log.Warn().Err(err).Str("provider", m.provider).Msg("other processes cannot be told of this one's decisions")
			}
		},
	})
}

func writeDecisions(log persistence.DecisionLog, m *saveDecisions) error {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for i := range m.decisions {
		if err := encoder.Encode(&m.decisions[i]); err != nil {
			return err
		}
	}
	return log.SaveDecisions(m.provider, lines.Bytes())
}

// readDecisions reads what others left, on a goroutine of its own.
func (p *persister) readDecisions(m *readDecisions) {
	p.system.task(func() {
		all, err := p.log.OthersDecisions(m.provider)
		listed := decisionsListed{err: err}
		for _, lines := range all {
			listed.decisions = append(listed.decisions, parseDecisions(lines)...)
		}
		m.reply.Send(listed)
	})
}

// parseDecisions leaves out what it cannot read, such as what a later version wrote.
func parseDecisions(lines []byte) []policy.Decision {
	var all []policy.Decision
	for line := range bytes.Lines(lines) {
		var d policy.Decision
		if json.Unmarshal(line, &d) == nil && d.Seq > 0 {
			all = append(all, d)
		}
	}
	return all
}
