package writer

import (
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// noticeDelay is how long a notice of a change waits for more of the same:
// one write causes several.
const noticeDelay = 10 * time.Millisecond

// notices are what the writer was told of others' changes in one pool.
type notices struct {
	supervisor messages.Recipient
	// changed are the accounts to look at when the delay is over.
	changed map[string]bool
}

// What a watch tells the writer, and the writer itself.
type (
	noticed struct {
		provider   string
		supervisor messages.Recipient
		id         string
	}
	noticesDue struct{}
)

// loadPool begins to watch a pool's accounts, and then reads them: what
// changes in between is noticed. The watch lasts as long as the system.
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

// watchFiles returns what ends the watch. A store that cannot be watched is
// used all the same: what others change shows when it is next written.
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

// lookAtNotices has everything read that was noticed.
func (p *writer) lookAtNotices() {
	for provider, n := range p.notices {
		for id := range n.changed {
			p.look(messages.Key{Provider: provider, ID: id}, n.supervisor)
		}
	}
	clear(p.notices)
}

// look has an account read in its turn, for its supervisor.
func (p *writer) look(key messages.Key, supervisor messages.Recipient) {
	l := p.lane(key)
	l.look = supervisor
	p.advance(l)
}

// claim tells others what this process uses. Claims are wishes: one that
// cannot be written costs the others a good choice, no more.
func (p *writer) claim(m *messages.ClaimAccounts) {
	p.replaceOwn(&ownWritten{
		file:  ownFile{m.Provider, "claims"},
		write: func() error { return p.store.Claim(m.Provider, m.IDs) },
		failed: func(err error) {
			p.system.Log.Warn().Err(err).Str("provider", m.Provider).Msg("other processes cannot be told which accounts are in use")
		},
	})
}
