package actors

import (
	"context"
	"maps"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
)

// PoolConfig says how one pool works. All fields but Custom are required.
type PoolConfig struct {
	Provider  providers.Provider
	Selection policy.Options
	Tuning    policy.Tuning
	// Claims is set when processes are to keep out of each other's way.
	Claims bool
	// MaxWait is how long a request may wait for a limited account.
	MaxWait time.Duration
	// Proactive is nil when tokens are refreshed on demand only.
	Proactive *ProactiveConfig
	// PollInterval is how old an account's quota figures get before they are
	// asked for; 0 when they are not.
	PollInterval time.Duration
	// Reread reads a linked login again, from the file that it was found in.
	Reread func(context.Context, account.Origin) (account.Grant, error)
	// Publish is told every event. It must not block.
	Publish func(event.Event)
}

// ProactiveConfig says when tokens are refreshed ahead of time.
type ProactiveConfig struct {
	// Buffer before its end a token is due.
	Buffer time.Duration
	// Interval between two looks at all accounts.
	Interval time.Duration
}

// pool is what the actors of one pool share. Only its atomic
// fields change.
type pool struct {
	system     *System
	provider   providers.Provider
	tuning     atomic.Pointer[policy.Tuning]
	publish    func(event.Event)
	reread     func(context.Context, account.Origin) (account.Grant, error)
	supervisor *ref
	store      *Persistence
	accounts   *nursery
	// sizes are the numbers of accounts of each kind; those of the empty kind are
	// all. The supervisor replaces the map.
	sizes atomic.Pointer[map[account.Kind]int]
	// alert is set while the supervisor wants to hear of successes.
	alert atomic.Bool
	// outage is set when a token exchange failed and none has worked since.
	outage atomic.Bool
	// answers are what came of the latest decisions.
	answers answers
}

// count returns the number of accounts of a kind; the empty one is any.
func (p *pool) count(kind account.Kind) int { return (*p.sizes.Load())[kind] }

// resize counts accounts of a kind that have come, or have gone when by is
// negative.
func (p *pool) resize(kind account.Kind, by int) {
	sizes := maps.Clone(*p.sizes.Load())
	sizes[""] += by
	sizes[kind] += by
	p.sizes.Store(&sizes)
}

// jitter returns a random number in [0, 1).
func (p *pool) jitter() float64 {
	return rand.Float64()
}

// Pool is the way into the actors of one provider's accounts. It is safe for
// concurrent use.
type Pool struct {
	shared     *pool
	supervisor *ref
	refresher  *ref
	poller     *ref
	// selections are asks to use again.
	selections sync.Pool
}

// OpenPool starts the actors of one pool and waits until its accounts are
// loaded. It returns the store's error when they cannot be.
func (s *System) OpenPool(ctx context.Context, store *Persistence, c PoolConfig) (*Pool, error) {
	if _, err := policy.NewPool(c.Selection); err != nil {
		return nil, err
	}
	shared := &pool{system: s, provider: c.Provider, publish: c.Publish, reread: c.Reread, store: store, accounts: s.nursery()}
	shared.tuning.Store(&c.Tuning)
	shared.sizes.Store(&map[account.Kind]int{})
	opened := messages.NewReply[messages.Acknowledged]()
	p := &Pool{shared: shared}
	p.selections.New = func() any {
		return &messages.SelectAccount{Lease: messages.LeaseToken{Reply: messages.NewReply[messages.TokenLeased]()}}
	}
	p.supervisor = s.spawn(func(self *ref) behavior {
		shared.supervisor = self
		return newSupervisor(shared, c, opened)
	})
	loaded, err := wait(ctx, p.supervisor, opened)
	if err == nil {
		err = loaded.Err
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	p.refresher = s.spawn(func(self *ref) behavior {
		return &refresher{pool: shared, self: self, config: c.Proactive}
	})
	if _, ok := c.Provider.(providers.UsageSource); ok {
		p.poller = s.spawn(func(self *ref) behavior {
			return &poller{pool: shared, self: self, interval: c.PollInterval}
		})
	}
	return p, nil
}

// Close stops the pool's actors, and waits until they have. What they wanted
// to save is then with the persistence actor.
func (p *Pool) Close() {
	for _, helper := range []*ref{p.refresher, p.poller} {
		if helper != nil {
			helper.stop()
			<-helper.done()
		}
	}
	p.supervisor.stop()
	<-p.supervisor.done()
}

// Size returns the number of accounts of a kind; the empty one is any.
func (p *Pool) Size(kind account.Kind) int { return p.shared.count(kind) }

// Drain lets nothing new begin and waits until the last refresh under way has
// ended, and with cut unset the last request too, or until ctx has.
func (p *Pool) Drain(ctx context.Context, cut bool) error {
	m := &messages.DrainPool{Cut: cut, Reply: messages.NewReply[messages.Acknowledged]()}
	_, err := ask(ctx, p.supervisor, m, m.Reply)
	return err
}

// Select returns an account with a fresh token; it waits while waiting makes
// sense. Its errors are ctx's, [messages.ErrStopped], a [*messages.RefusalError] or
// why a token could not be refreshed; the account concerned, if there is one,
// is then named in the result.
func (p *Pool) Select(ctx context.Context, r *policy.Request) (messages.TokenLeased, error) {
	if err := ctx.Err(); err != nil {
		return messages.TokenLeased{}, err // a caller that has left gets no account
	}
	m, _ := p.selections.Get().(*messages.SelectAccount)
	m.Request = *r
	m.Deadline, _ = ctx.Deadline()
	leased, err := ask(ctx, p.supervisor, m, m.Lease.Reply)
	if err != nil {
		return leased, err // m may still be answered: it is not used again
	}
	m.Lease.Reply.Reopen()
	p.selections.Put(m)
	return leased, leased.Err
}

// ReportAndWait tells an account how a leased request ended. What is selected
// afterwards takes the outcome into account.
func ReportAndWait(ctx context.Context, to messages.Recipient, outcome *messages.ReportOutcome) {
	outcome.Reply = messages.NewReply[messages.Acknowledged]()
	if actor, ok := to.(*ref); ok {
		_, _ = ask(ctx, actor, outcome, outcome.Reply) // who reports can do nothing about a failure
	}
}

// Replaced reports whether an account has a newer login than that of a generation.
func Replaced(ctx context.Context, account messages.Recipient, generation uint64) bool {
	to, ok := account.(*ref)
	if !ok {
		return false
	}
	m := &messages.GetAccount{Reply: messages.NewReply[messages.AccountStatus]()}
	state, err := ask(ctx, to, m, m.Reply)
	return err == nil && state.Record.Generation > generation
}

// Add stores an account, or gives a known one another login, and returns its id.
func (p *Pool) Add(ctx context.Context, record account.Record) (string, error) {
	return p.add(ctx, &messages.AddAccount{Record: record})
}

// Import is Add for a login that the pool must not know: else the error is a
// [*messages.RefusalError]. A dry run adds nothing.
func (p *Pool) Import(ctx context.Context, record account.Record, dryRun bool) (string, error) {
	return p.add(ctx, &messages.AddAccount{Record: record, OnlyNew: true, DryRun: dryRun})
}

func (p *Pool) add(ctx context.Context, m *messages.AddAccount) (string, error) {
	m.Reply = messages.NewReply[messages.AccountAdded]()
	added, err := ask(ctx, p.supervisor, m, m.Reply)
	if err != nil {
		return "", err
	}
	return added.ID, added.Err
}

// Remove deletes an account.
func (p *Pool) Remove(ctx context.Context, id string) error {
	m := &messages.RemoveAccount{ID: id, Reply: messages.NewReply[messages.Acknowledged]()}
	return acknowledged(ask(ctx, p.supervisor, m, m.Reply))
}

// SetEnabled switches an account on or off.
func (p *Pool) SetEnabled(ctx context.Context, id string, enabled bool) error {
	m := &messages.SetEnabled{Enabled: enabled, Reply: messages.NewReply[messages.Acknowledged]()}
	return p.command(ctx, id, m, m.Reply)
}

// Adopt makes a linked login this engine's own.
func (p *Pool) Adopt(ctx context.Context, id string) error {
	m := &messages.AdoptLogin{Reply: messages.NewReply[messages.Acknowledged]()}
	return p.command(ctx, id, m, m.Reply)
}

// Rename sets an account's label.
func (p *Pool) Rename(ctx context.Context, id, label string) error {
	m := &messages.RenameAccount{Label: label, Reply: messages.NewReply[messages.Acknowledged]()}
	return p.command(ctx, id, m, m.Reply)
}

// ResetCooldown forgets an account's limits.
func (p *Pool) ResetCooldown(ctx context.Context, id string) error {
	m := &messages.ResetCooldown{Reply: messages.NewReply[messages.Acknowledged]()}
	return p.command(ctx, id, m, m.Reply)
}

// Refresh gets an account a new token now.
func (p *Pool) Refresh(ctx context.Context, id string) error {
	m := &messages.RefreshAccount{Reply: messages.NewReply[messages.Acknowledged]()}
	return p.command(ctx, id, m, m.Reply)
}

// RefreshUsage asks the provider for an account's quota figures now.
func (p *Pool) RefreshUsage(ctx context.Context, id string) error {
	m := &messages.PollUsage{Reply: messages.NewReply[messages.Acknowledged]()}
	return p.command(ctx, id, m, m.Reply)
}

// Accounts returns the state of every account, in the order they were added,
// and the files that could not be read.
func (p *Pool) Accounts(ctx context.Context) ([]messages.AccountStatus, []messages.Quarantined, error) {
	m := &messages.GetAccounts{Reply: messages.NewReply[messages.AccountsListed]()}
	listed, err := ask(ctx, p.supervisor, m, m.Reply)
	if err == nil {
		err = listed.Err
	}
	if err != nil {
		return nil, nil, err
	}
	states, err := statesOf(ctx, listed.Accounts)
	lost, unreadable := apart(listed.Quarantined, states)
	for i := range states {
		id := states[i].Record.ID
		states[i].Claimed, states[i].Pinned, states[i].Unreadable = listed.Claimed[id], id == listed.Pinned, unreadable[id]
	}
	return states, lost, err
}

// statesOf asks all accounts at once. One that was removed meanwhile is left out.
func statesOf(ctx context.Context, accounts []messages.Recipient) ([]messages.AccountStatus, error) {
	asked := make([]*messages.GetAccount, len(accounts))
	for i, to := range accounts {
		asked[i] = &messages.GetAccount{Reply: messages.NewReply[messages.AccountStatus]()}
		to.Tell(asked[i])
	}
	states := make([]messages.AccountStatus, 0, len(accounts))
	for i, m := range asked {
		to, _ := accounts[i].(*ref)
		state, err := wait(ctx, to, m.Reply)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err == nil:
			states = append(states, state)
		}
	}
	return states, nil
}

func (p *Pool) command(ctx context.Context, id string, c messages.AccountCommand, reply *messages.Reply[messages.Acknowledged]) error {
	return acknowledged(ask(ctx, p.supervisor, &messages.CommandAccount{ID: id, Command: c}, reply))
}

func acknowledged(done messages.Acknowledged, err error) error {
	if err != nil {
		return err
	}
	return done.Err
}
