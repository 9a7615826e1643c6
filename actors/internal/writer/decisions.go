package writer

import (
	"bytes"
	"encoding/json"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
)

// saveDecisions logs a warning only once: nothing depends on these files.
func (p *writer) saveDecisions(m *messages.SaveDecisions) {
	p.replaceFile(&fileWritten{
		file:  processFile{m.Provider, "decisions"},
		write: func() error { return writeDecisions(p.log, m) },
		failed: func(err error) {
			if !p.warned {
				p.warned = true
				p.system.Log.Warn().Err(err).Str("provider", m.Provider).Msg("other processes cannot be told of this one's decisions")
			}
		},
	})
}

func writeDecisions(log persistence.DecisionLog, m *messages.SaveDecisions) error {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for i := range m.Decisions {
		if err := encoder.Encode(&m.Decisions[i]); err != nil {
			return err
		}
	}
	return log.SaveDecisions(m.Provider, lines.Bytes())
}

// readDecisions reads the decisions of other processes, on a goroutine of its
// own.
func (p *writer) readDecisions(m *messages.ReadDecisions) {
	p.system.Task(func() {
		all, err := p.log.OthersDecisions(m.Provider)
		listed := messages.DecisionsListed{Err: err}
		for _, lines := range all {
			listed.Decisions = append(listed.Decisions, parseDecisions(lines)...)
		}
		m.Reply.Send(listed)
	})
}

// parseDecisions skips lines that it cannot read, such as those of a later
// version.
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
