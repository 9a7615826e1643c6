// Package multiaccount keeps several accounts of an AI provider usable as one.
// A host gets an http.RoundTripper; the engine decides which account serves
// each request, keeps its token fresh, moves to another account when one is
// limited or its login fails, and shares the accounts with other processes.
//
//	eng, err := multiaccount.Open(ctx, multiaccount.Config{
//		Providers: []providers.Provider{anthropic.New(anthropic.Options{})},
//	})
//	...
//	defer eng.Close(ctx)
//	pool, err := eng.Pool("anthropic")
//	client := &http.Client{Transport: pool.Transport(nil)}
//
// # The walk of one request
//
// The types named here are in package messages; grep for one and the way
// goes on.
//
// [Pool.Transport] asks the pool's supervisor with SelectAccount. The
// supervisor lets policy.Pool pick an account and forwards the ask to that
// account's actor as LeaseToken. While the account's token is fresh, it
// answers the caller with TokenLeased, and the request goes out from the
// caller's own goroutine. Once there is an answer, the provider classifies it,
// and ReportOutcome tells the account. One ask and one report are all that a
// healthy request costs.
//
// When the token is not fresh, the ask joins those that wait for the
// account's one refresh. The account sends BeginRefresh to the persistence
// actor, which takes the account's lock and reads the account again. When
// another process was faster, or found the login refused, it answers
// RefreshAdopted; while the request of a process that died may still arrive,
// RefreshInterrupted. Else it stores an intent, so that a crash shows later, and
// answers RefreshGranted. The account
// then calls the provider's token endpoint on a goroutine of its own and sends
// CommitRefresh. Only when RefreshCommitted says that the new token is durable
// does anyone get the access token that came with it; the intent goes then. A
// refresh that is held up by another process sends its callers to other accounts
// (actors/internal/accountactor/hold.go).
//
// When an outcome changes the account, the account has the change stored with
// SaveAccount and tells the supervisor with AccountChanged. When its login
// fails, it asks with LoginFailed. The supervisor passes that on with
// DisableUnlessLast to the persistence actor, which decides by what is stored,
// since other processes decide too, and answers BreakerDecided; the
// account is told with DisableAccount. After a failed request,
// policy.RetryPlan decides between the same account, the next one and giving
// up. When no account can serve, the supervisor holds the ask for as long as
// waiting makes sense, and then answers with a RefusalError.
//
// What a request passes through is package internal/roundtrip, whose comment lists
// its files. An event stream is held back until it shows output (hold.go), so that
// a failure before that is one of these steps too, and its caller sees nothing of
// it. [WithTrace] and [Lease.Decision] tell what was decided, and why.
//
// # Trouble of the provider, and figures
//
// An answer that shows trouble of the provider's goes to the supervisor as
// ProviderAnswered. After many in a row policy.Breaker opens: asks are held
// back, but for a probe now and then and for accounts that have not failed, and
// CircuitOpened tells hosts. When three accounts meet one limit that is none of
// their own windows, PoolPaused tells of it; nobody is refused for what others
// met. The poller asks with GetStale which accounts' quota figures are
// old, gets AccountsStale, and has each ask its provider with PollUsage.
//
// # Other processes
//
// The persistence actor watches the files. What it notices goes to the
// supervisor as AccountStored or AccountGone; the account, or a new one, takes
// it over. ClaimAccounts tells other processes which accounts this one uses,
// ClaimsChanged tells the supervisor what they use. docs/durability.md says
// what all this promises, and what not.
package multiaccount

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/internal/guard"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
)

// drainTime is how long Close waits for requests under way when its context
// sets no deadline.
const drainTime = 5 * time.Second

// How long Close waits for what is to be stored: when its context has no
// deadline, and after its context has ended.
const (
	longestSave = 30 * time.Second
	saveGrace   = 2 * time.Second
)

// exchangeGrace is how much longer than its context Close waits for a token
// exchange, which is as a rule over within a second.
const exchangeGrace = 3 * time.Second

// Engine keeps the accounts of several providers. Make it with [Open] and end
// it with [Engine.Close]. It is safe for concurrent use, and a process may
// have many.
type Engine struct {
	system *actors.System
	store  *actors.Persistence
	log    zerolog.Logger
	// quiet drops what is no error from log while the settings ask for that.
	quiet *quietHook
	// files is the store to close; nil when the host brought its own.
	files persistence.Store
	pools map[string]*Pool
	// providers are those of the pools, in the order of the config.
	providers []providers.Provider
	events    *broker
	alerts    *alerts
	// config is that of the settings that hold; applying guards it.
	config   Config
	applying sync.Mutex
	// onEvent are the programs that the settings name.
	onEvent atomic.Pointer[settings.Settings]
	// watch is nil without a settings file.
	watch *settingsWatch

	closing  sync.Once
	closeErr error
}

// Open starts an engine: it loads every account and is then ready to serve.
// ctx bounds the opening alone. Errors are of the settings
// ([*settings.Error]), of the state directory
// ([*persistence.PermissionError] among them) and ctx's; nothing is left
// behind then.
func Open(ctx context.Context, c Config) (*Engine, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("multiaccount: opening: %w", err)
	}
	store, files := c.Store, persistence.Store(nil)
	if store == nil {
		if store, err = c.openFiles(); err != nil {
			return nil, fmt.Errorf("multiaccount: %w", err)
		}
		files = store
	}
	e := newEngine(c, store, files)
	e.providers = c.Providers
	for _, p := range c.Providers {
		guarded := guard.New(p, e.log)
		opened, err := e.system.OpenPool(ctx, e.store, c.pool(guarded.Sources(), e.publish))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("multiaccount: opening the %s pool: %w", p.Name(), err), e.Close(ctx))
		}
		e.pools[p.Name()] = newPool(opened, guarded, c.Settings.For(p.Name()))
		e.pools[p.Name()].stored = func(ctx context.Context, id string) (account.Record, error) {
			return store.Read(ctx, persistence.Key{Provider: p.Name(), ID: id})
		}
	}
	if c.AutoImport {
		if err := e.importOnce(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("multiaccount: opening: %w", err), e.Close(ctx))
		}
	}
	e.watchSettings()
	e.events.open()
	return e, nil
}

func newEngine(c Config, store, files persistence.Store) *Engine {
	quiet := &quietHook{}
	quiet.on.Store(c.Settings.QuietMode)
	log := c.logger().Hook(quiet)
	system := actors.NewSystem(log)
	e := &Engine{
		system: system, store: system.SpawnPersistence(store), log: log, quiet: quiet, files: files,
		pools: make(map[string]*Pool, len(c.Providers)), events: newBroker(log), config: c,
	}
	e.onEvent.Store(&c.Settings)
	e.alerts = newAlerts(e.store, func(provider string) []string { return e.onEvent.Load().For(provider).OnEvent }, log)
	return e
}

// publish tells subscribers, and the owner when it is for him. It never blocks.
func (e *Engine) publish(event Event) {
	e.events.publish(event)
	e.alerts.offer(event)
}

// Pool returns the pool of a provider, by its name. The error is
// [ErrUnknownProvider] when the engine was not opened with it.
func (e *Engine) Pool(provider string) (*Pool, error) {
	if p := e.pools[provider]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("%w: %q is not in Config.Providers", ErrUnknownProvider, provider)
}

// Providers returns those that the engine was opened with, in their order.
func (e *Engine) Providers() []providers.Provider { return slices.Clone(e.providers) }

// Subscribe has fn called with every event, one at a time, until the returned
// function is called; first with those of the opening, such as an account's
// file that cannot be read. A slow fn never blocks the engine: it misses
// events and is told how many with [EventsDropped].
func (e *Engine) Subscribe(fn func(Event)) (cancel func()) { return e.events.subscribe(fn) }

// Close ends the engine. No request begins any more, and Close waits for
// those under way for as long as ctx allows, five seconds without a deadline.
// What is in flight then is not cut off: it ends in its caller's hands, and no
// account hears of it. A token exchange is waited for while ctx allows it and
// three seconds more, since cutting it off may lose the login. What waits to be
// stored has two seconds more than ctx; without a deadline a lock that another
// process holds is waited for half a minute. No goroutine of the engine is left. Errors
// say what was cut off, what could not be stored, or that a subscriber did not
// return. Calling Close again returns the first call's error.
func (e *Engine) Close(ctx context.Context) error {
	e.closing.Do(func() { e.closeErr = e.close(ctx) })
	return e.closeErr
}

func (e *Engine) close(ctx context.Context) error {
	e.watch.stop()
	e.drain(ctx)
	for _, p := range e.pools {
		p.close()
	}
	err := e.system.EndExchanges(ctx, exchangeGrace)
	if err != nil {
		err = fmt.Errorf("a token exchange was cut off, after which its account may have to log in again: %w", err)
	}
	e.alerts.close(ctx)
	err = errors.Join(err, e.closeStore(ctx))
	e.system.Close()
	err = errors.Join(err, e.events.close(ctx))
	if e.files != nil {
		err = errors.Join(err, e.files.Close())
	}
	if err != nil {
		return fmt.Errorf("multiaccount: closing: %w", err)
	}
	return nil
}

// closeStore stores what waits for that. It has a moment longer than ctx, since
// what was learnt until now is worth it, but never waits for ever: another
// process that was stopped may hold a lock.
func (e *Engine) closeStore(ctx context.Context) error {
	end := time.Now().Add(longestSave)
	if deadline, ok := ctx.Deadline(); ok {
		end = deadline
	}
	if ctx.Err() != nil {
		end = time.Now()
	}
	patience, cancel := context.WithDeadline(context.WithoutCancel(ctx), end.Add(saveGrace))
	defer cancel()
	return e.store.Close(patience)
}

// drain waits for the requests under way, then for the token exchanges alone.
func (e *Engine) drain(ctx context.Context) {
	patience := ctx
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		patience, cancel = context.WithTimeout(ctx, drainTime)
		defer cancel()
	}
	if !e.drainPools(patience, false) {
		e.drainPools(ctx, true)
	}
}

// drainPools drains all pools at once and reports whether all are drained.
func (e *Engine) drainPools(ctx context.Context, cut bool) bool {
	results := make(chan error, len(e.pools))
	for _, p := range e.pools {
		go func() { results <- p.actors.Drain(ctx, cut) }()
	}
	drained := true
	for range e.pools {
		drained = <-results == nil && drained
	}
	return drained
}
