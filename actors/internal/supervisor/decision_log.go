package supervisor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/messages"
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
	timer runtime.Timer
	// last is the latest decision that was left, answered how many of those
	// left had an answer.
	last     uint64
	answered int
}

type decisionsDue struct{}

// saveDecisionsSoon leaves the latest decisions for others, once for all of a second.
func (s *supervisor) saveDecisionsSoon() {
	if s.LogsDecisions && !s.decided.timer.IsSet() {
		s.decided.timer.Set(s.self, saveDelay, &decisionsDue{})
	}
}

// saveDecisions leaves the latest decisions when there is news, and comes back
// while answers are awaited.
func (s *supervisor) saveDecisions() {
	l := &s.decided
	latest := s.decisions()
	latest = latest[max(0, len(latest)-loggedDecisions):]
	if len(latest) == 0 {
		return
	}
	answered, awaited := 0, false
	for i := range latest {
		if d := &latest[i]; d.Answer != nil {
			answered++
		} else if d.Chosen != "" && s.Now().Sub(d.At.Time()) < answersAwaited {
			awaited = true
		}
	}
	if last := latest[len(latest)-1].Seq; last != l.last || answered != l.answered {
		l.last, l.answered = last, answered
		s.Writer.Tell(&messages.SaveDecisions{Provider: s.Provider.Name(), Decisions: latest})
	}
	if awaited {
		s.saveDecisionsSoon()
	}
}
