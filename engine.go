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
	"github.com/seed-810f1486/multiaccount/internal/notify"
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
// exchange, which usually takes less than a second.
const exchangeGrace = 3 * time.Second

// Engine keeps the accounts of several providers. Start it with [Open] and end
// it with [Engine.Close]. It is safe for concurrent use. A process may have
// several.
type Engine struct {
	system *actors.System
	store  *actors.Writer
	log    zerolog.Logger
	// quiet drops what is no error from log while the settings ask for that.
	quiet *quietHook
	// files is the store to close; nil when the host brought its own.
	files persistence.Store
	pools map[string]*Pool
	// providers are those of the pools, in the order of the config.
	providers []providers.Provider
	events    *notify.Subscribers
	alerts    *notify.Alerts
	// config is that of the settings that hold; applying guards it.
	config   Config
	applying sync.Mutex
	// chains are those of the settings.
	chains atomic.Pointer[map[string]chainEntry]
	// inEffect are the settings as they are now.
	inEffect atomic.Pointer[settings.Settings]
	// watch is nil without a settings file.
	watch *settingsWatch

	closing  sync.Once
	closeErr error
}

// Open starts an engine. It loads every account, and returns when the engine is
// ready to serve. ctx bounds only the opening. Errors: [*settings.Error], those
// of the state directory ([*persistence.PermissionError] among them), ctx's.
// After an error nothing is left running.
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
		if err := e.openPool(ctx, p, store); err != nil {
			return nil, errors.Join(fmt.Errorf("multiaccount: opening the %s pool: %w", p.Name(), err), e.Close(ctx))
		}
	}
	e.makeChains(&c.Settings)
	if c.AutoImport {
		if _, err := e.Import(ctx, ImportOptions{Once: true}); err != nil {
			return nil, errors.Join(fmt.Errorf("multiaccount: opening: %w", err), e.Close(ctx))
		}
	}
	e.watchSettings()
	e.events.Open()
	return e, nil
}

func newEngine(c Config, store, files persistence.Store) *Engine {
	quiet := &quietHook{}
	quiet.on.Store(c.Settings.QuietMode)
	log := c.logger().Hook(quiet)
	system := actors.NewSystem(log)
	e := &Engine{
		system: system, store: system.SpawnWriter(store), log: log, quiet: quiet, files: files,
		pools: make(map[string]*Pool, len(c.Providers)), events: notify.NewSubscribers(log), config: c,
	}
	e.inEffect.Store(&c.Settings)
	e.alerts = notify.NewAlerts(e.store, func(provider string) []string { return e.inEffect.Load().For(provider).OnEvent }, log)
	return e
}

func (e *Engine) openPool(ctx context.Context, p providers.Provider, store persistence.Store) error {
	name, guarded := p.Name(), guard.New(p, e.log)
	opened, err := e.system.OpenPool(ctx, e.store, e.config.pool(guarded.Sources(), e.publish))
	if err != nil {
		return err
	}
	pool := newPool(opened, guarded, e.config.Settings.For(name))
	pool.publish = e.publish
	pool.stored = func(ctx context.Context, id string) (account.Record, error) {
		return store.Read(ctx, persistence.Key{Provider: name, ID: id})
	}
	pool.claimants = func() map[string][]int { return claimants(store, name) }
	e.pools[name] = pool
	return nil
}

// publish tells subscribers, and the owner when it is for him. It never blocks.
func (e *Engine) publish(event Event) {
	e.events.Publish(event)
	e.alerts.Offer(event)
}

// Pool returns the pool of the provider with that name. The error is
// [ErrUnknownProvider] when the engine was not opened with it.
func (e *Engine) Pool(provider string) (*Pool, error) {
	if p := e.pools[provider]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("%w: %q is not in Config.Providers", ErrUnknownProvider, provider)
}

// Providers returns those that the engine was opened with, in their order.
func (e *Engine) Providers() []providers.Provider { return slices.Clone(e.providers) }

// Subscribe calls fn with every event, one at a time and on a goroutine of its
// own, until cancel is called. The first events are those of the opening, such
// as an account file that cannot be read. A slow fn does not block the engine:
// it misses events, and [EventsDropped] says how many.
func (e *Engine) Subscribe(fn func(Event)) (cancel func()) { return e.events.Subscribe(fn) }

// Close ends the engine. New requests are refused, and Close waits:
//
//   - for requests under way, while ctx allows; five seconds if ctx has no
//     deadline. A request that takes longer is not cut off. It ends for its
//     caller, but its outcome is not recorded.
//   - for token exchanges, three seconds longer than ctx allows, because
//     cutting one off may lose the login.
//   - for writes to the store, two seconds longer than ctx allows. If ctx has
//     no deadline, it waits half a minute for a lock that another process
//     holds.
//
// Then no goroutine of the engine is left. Errors say what was cut off, what
// could not be stored, or that a subscriber did not return. A second call
// returns the error of the first.
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
	e.alerts.Close(ctx, drainTime)
	err = errors.Join(err, e.closeStore(ctx))
	e.system.Close()
	err = errors.Join(err, e.events.Close(ctx, drainTime))
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
