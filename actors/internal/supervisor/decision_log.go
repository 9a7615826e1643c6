package supervisor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/messages"
)

const (
	// loggedDecisions is how many of the latest decisions other processes can
	// read.
	loggedDecisions = 100
	// answersAwaited is how long after a decision its log is written again because
	// the outcome has arrived.
	answersAwaited = 10 * time.Minute
)

// decisionLog is the state of the log that other processes read.
type decisionLog struct {
	timer runtime.Timer
	// last is the number of the latest logged decision, answered how many of the
	// logged ones had an outcome.
	last     uint64
	answered int
}

type decisionsDue struct{}

// saveDecisionsSoon schedules a write of the latest decisions: at most one a
// second.
func (s *supervisor) saveDecisionsSoon() {
	if s.LogsDecisions && !s.decided.timer.IsSet() {
		s.decided.timer.Set(s.self, saveDelay, &decisionsDue{})
	}
}

// saveDecisions writes the latest decisions if any of them changed, and schedules
// the next write while outcomes are missing.
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
