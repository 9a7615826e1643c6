package actors

import (
	"context"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/accountactor"
	"github.com/seed-810f1486/multiaccount/actors/internal/rounds"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/actors/internal/supervisor"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
)

// PoolConfig says how one pool works. All fields but Custom are required.
type PoolConfig struct {
	messages.PoolSettings
	// Provider catches its own panics, as one of package guard does.
	Provider providers.Provider
	// Proactive is nil when tokens are refreshed on demand only.
	Proactive *ProactiveConfig
	// PollInterval is the age at which an account's usage figures are stale and
	// polled; 0 never polls.
	PollInterval time.Duration
	// Reread reads a linked login again, from the file that it was found in.
	Reread func(context.Context, account.Origin) (account.Grant, error)
	// Publish gets every event. It must not block.
	Publish func(event.Event)
}

// ProactiveConfig says when tokens are refreshed ahead of time.
type ProactiveConfig struct {
	// Buffer is how long before its end a token is refreshed.
	Buffer time.Duration
	// Interval is the time between two rounds.
	Interval time.Duration
}

// pollStep is how often the pool checks whose usage is stale.
const pollStep = 15 * time.Second

func (c *PoolConfig) refreshing() messages.ScheduleRounds {
	if c.Proactive == nil {
		return messages.ScheduleRounds{}
	}
	return messages.ScheduleRounds{Interval: c.Proactive.Interval, Ahead: c.Proactive.Buffer}
}

func (c *PoolConfig) polling() messages.ScheduleRounds {
	if c.PollInterval == 0 {
		return messages.ScheduleRounds{}
	}
	return messages.ScheduleRounds{Interval: pollStep, Age: c.PollInterval}
}

// Pool is the way into the actors of one provider's accounts. It is safe for
// concurrent use.
type Pool struct {
	shared     *shared.Pool
	store      *Writer
	supervisor *runtime.Ref
	// refresher and poller work in rounds; poller is nil when the provider has no
	// usage to poll.
	refresher *runtime.Ref
	poller    *runtime.Ref
}

// OpenPool starts the actors of one pool and waits until its accounts are
// loaded. It returns the store's error when they cannot be.
func (s *System) OpenPool(ctx context.Context, store *Writer, c PoolConfig) (*Pool, error) {
	if _, err := policy.NewPool(c.Selection); err != nil {
		return nil, err
	}
	p := &Pool{store: store, shared: &shared.Pool{
		System: s.runtime, Provider: c.Provider, Publish: c.Publish, Reread: c.Reread, Writer: store.Ref, LogsDecisions: store.Logs,
	}}
	p.shared.Tuning.Store(&c.Tuning)
	opened := messages.NewReply[messages.Acknowledged]()
	p.supervisor = supervisor.Spawn(p.shared, c.PoolSettings, accounts(p.shared), opened)
	if err := acknowledged(runtime.Wait(ctx, p.supervisor, opened)); err != nil {
		p.Close()
		return nil, err
	}
	p.refresher = rounds.Spawn(p.shared, &rounds.Refreshing{}, c.refreshing())
	if _, ok := c.Provider.(providers.UsageSource); ok {
		p.poller = rounds.Spawn(p.shared, &rounds.Polling{}, c.polling())
	}
	return p, nil
}

// accounts returns what starts the actors of a pool's accounts.
func accounts(p *shared.Pool) supervisor.SpawnAccount {
	nursery := p.Nursery()
	return func(parent runtime.Context, record *account.Record) *runtime.Ref {
		return accountactor.Spawn(nursery, parent, p, record)
	}
}

// Close stops the pool's actors, and waits until they have stopped. All their saves
// were then sent to the writer.
func (p *Pool) Close() {
	for _, actor := range []*runtime.Ref{p.refresher, p.poller, p.supervisor} {
		if actor != nil {
			actor.Stop()
			<-actor.Done()
		}
	}
}

// Apply changes the pool's settings. Provider, Publish and Reread stay as they
// were. What is under way ends with the old settings.
func (p *Pool) Apply(ctx context.Context, c PoolConfig) error {
	m := &messages.Reconfigure{Settings: c.PoolSettings, Reply: messages.NewReply[messages.Acknowledged]()}
	if err := acknowledged(runtime.Ask(ctx, p.supervisor, m, m.Reply)); err != nil {
		return err
	}
	refreshing, polling := c.refreshing(), c.polling()
	p.refresher.Tell(&refreshing)
	if p.poller != nil {
		p.poller.Tell(&polling)
	}
	return nil
}

// Size returns the number of accounts of a kind; the empty kind means any.
func (p *Pool) Size(kind account.Kind) int { return p.shared.Count(kind) }

// Drain refuses new work and waits until the refreshes under way have ended, or
// until ctx has. Unless cut is set, it also waits for the requests under way.
func (p *Pool) Drain(ctx context.Context, cut bool) error {
	m := &messages.DrainPool{Cut: cut, Reply: messages.NewReply[messages.Acknowledged]()}
	_, err := runtime.Ask(ctx, p.supervisor, m, m.Reply)
	return err
}
