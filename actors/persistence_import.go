package actors

import (
	"context"
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// markImported decides under the pool's lock, so that of several processes
// which open an empty pool one imports.
func (p *persister) markImported(m *messages.MarkImported) {
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

// MarkImported notes that a pool imports other programs' logins by itself, and
// reports whether it is the first to do so.
func (p *Persistence) MarkImported(ctx context.Context, provider string) (first bool, err error) {
	m := &messages.MarkImported{Provider: provider, At: wallClock().Truncate(time.Second), Reply: messages.NewReply[messages.ImportMarked]()}
	marked, err := ask(ctx, p.ref, m, m.Reply)
	if err != nil {
		return false, err
	}
	return marked.First, marked.Err
}
