package writer

import (
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// markImported decides under the pool's lock: of several processes that open an
// empty pool, one imports.
func (p *writer) markImported(m *messages.MarkImported) {
	first := false
	p.changePool(m.Provider, poolChange{
		mutate: func(s *persistence.PoolState) {
			if first = s.ImportedAt.IsZero(); first {
				s.ImportedAt = m.At
			}
		},
		answer: func(err error) { m.Reply.Send(messages.ImportMarked{First: first && err == nil, Err: err}) },
	})
}
