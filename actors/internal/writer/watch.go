package writer

import (
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// noticeDelay is the debounce of notices that a file changed: one write causes
// several.
const noticeDelay = 10 * time.Millisecond

// notices are the changes by others that were noticed in one pool.
type notices struct {
	supervisor messages.Recipient
	// changed are the ids of the accounts to read when the delay is over.
	changed map[string]bool
}

// Messages of the watch to the writer, and of the writer to itself.
type (
	noticed struct {
		provider   string
		supervisor messages.Recipient
		id         string
	}
	noticesDue struct{}
)

// loadPool begins to watch a pool's accounts, and then reads them: changes in
// between are noticed. The watch lasts as long as the system.
func (p *writer) loadPool(m *messages.LoadPool) {
	watched := p.watched[m.Provider]
	p.watched[m.Provider] = true
	p.system.Task(func() {
		if watched {
			m.ReplyTo.Tell(p.load(m.Provider))
			return
		}
		stop := p.watchFiles(m.Provider, m.ReplyTo)
		m.ReplyTo.Tell(p.load(m.Provider))
		<-p.system.Running.Done()
		stop()
	})
}

// watchFiles begins a watch and returns what ends it. A store that cannot be
// watched is used all the same: the changes of others then show at the next
// write.
func (p *writer) watchFiles(provider string, supervisor messages.Recipient) (stop func()) {
	stop, err := p.store.Watch(provider, persistence.Watching{
		Changed: func(id string) { p.self.Tell(&noticed{provider: provider, supervisor: supervisor, id: id}) },
		Present: func(ids []string) { supervisor.Tell(&messages.AccountsPresent{IDs: ids}) },
		Claimed: func(ids map[string]bool) { supervisor.Tell(&messages.ClaimsChanged{IDs: ids}) },
		Pool: func(state persistence.PoolState) {
			supervisor.Tell(&messages.PoolStored{Pinned: state.Pinned, PinnedAt: state.PinnedAt, Owned: bindingsFrom(state.Owned), Limits: state.Limits, Freed: state.Freed})
		},
	})
	if err != nil {
		p.system.Log.Warn().Err(err).Str("provider", provider).Msg("other processes' changes are not noticed at once")
		return func() {}
	}
	return stop
}

func (p *writer) noticed(m *noticed) {
	n := p.notices[m.provider]
	if n == nil {
		n = &notices{supervisor: m.supervisor, changed: map[string]bool{}}
		p.notices[m.provider] = n
	}
	n.changed[m.id] = true
	if !p.noticeWait.IsSet() {
		p.noticeWait.Set(p.self, noticeDelay, &noticesDue{})
	}
}

// readNoticed reads every account that was noticed.
func (p *writer) readNoticed() {
	for provider, n := range p.notices {
		for id := range n.changed {
			p.read(messages.Key{Provider: provider, ID: id}, n.supervisor)
		}
	}
	clear(p.notices)
}

// read queues a read of an account in its lane; supervisor gets the result.
func (p *writer) read(key messages.Key, supervisor messages.Recipient) {
	l := p.lane(key)
	l.reader = supervisor
	p.advance(l)
}

// claim tells other processes which accounts this one uses. A claim that cannot
// be written makes their choice less good, no more.
func (p *writer) claim(m *messages.ClaimAccounts) {
	p.replaceFile(&fileWritten{
		file:  processFile{m.Provider, "claims"},
		write: func() error { return p.store.Claim(m.Provider, m.IDs) },
		failed: func(err error) {
			p.system.Log.Warn().Err(err).Str("provider", m.Provider).Msg("other processes cannot be told which accounts are in use")
		},
	})
}
