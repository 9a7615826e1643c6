package multiaccount

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/settings"
)

// applyTime bounds a change of settings that the file caused.
const applyTime = 10 * time.Second

// ApplySettings changes the settings of the engine, and publishes
// [SettingsChanged] if any differ. Requests under way end by the old settings.
// Addresses and HTTP clients of providers do not change: they are read when the
// engine opens. With a Config.SettingsFile, the next change of the file
// replaces these settings. Errors: [*settings.Error], after which nothing has
// changed; [ErrClosed] or ctx's own, after which some pools may have the new
// settings already: call it again.
func (e *Engine) ApplySettings(ctx context.Context, s settings.Settings) error {
	if err := s.Validate(); err != nil {
		return err
	}
	e.applying.Lock()
	defer e.applying.Unlock()
	changed := settings.Changed(e.config.Settings, s)
	if len(changed) == 0 {
		return nil
	}
	c := e.config
	c.Settings = s
	for _, p := range c.Providers {
		pool := e.pools[p.Name()]
		if err := pool.actors.Apply(ctx, c.pool(pool.provider.Sources(), e.publish)); err != nil {
			return pool.publicError(err)
		}
		own := s.For(p.Name())
		pool.settings.Store(&own)
	}
	e.makeChains(&s)
	e.inEffect.Store(&s)
	e.quiet.on.Store(s.QuietMode)
	e.config = c
	e.publish(SettingsChanged{Occurrence: event.Occurrence{At: time.Now()}, Keys: changed})
	return nil
}

// Settings returns the settings in effect, those of [Config] or the latest that were
// applied. Nobody may change what their maps and lists have. It is safe for concurrent
// use, also after [Engine.Close].
func (e *Engine) Settings() settings.Settings { return *e.inEffect.Load() }

// settingsWatch reloads the settings file when it changes.
type settingsWatch struct {
	engine *Engine
	path   string
	log    zerolog.Logger
	// rejected is what was wrong the last time, so that it is told once.
	rejected string
	end      func()
	once     sync.Once
}

// watchSettings begins to watch the settings file, if there is one.
func (e *Engine) watchSettings() {
	if e.config.SettingsFile == "" {
		return
	}
	w := &settingsWatch{engine: e, path: e.config.SettingsFile, log: e.log}
	w.end = persistence.WatchFile(w.path, w.reload)
	e.watch = w
}

// stop ends the watch, and waits for a reload under way. A nil watch has none.
func (w *settingsWatch) stop() {
	if w != nil {
		w.once.Do(w.end)
	}
}

// reload keeps the settings that there are when the file cannot be used.
func (w *settingsWatch) reload() {
	s, err := settings.Load(w.path)
	if err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), applyTime)
		defer cancel()
		err = w.engine.ApplySettings(ctx, s)
	}
	reason := ""
	if err != nil {
		reason = err.Error()
	}
	if reason != "" && reason != w.rejected {
		w.log.Warn().Str("file", w.path).Msg(fmt.Sprintf("the settings file has changed and cannot be used; the settings before hold: %v", err))
		w.engine.publish(SettingsRejected{Occurrence: event.Occurrence{At: time.Now()}, Reason: reason})
	}
	w.rejected = reason
}

// quietHook drops what is no error while the settings ask for quiet.
type quietHook struct{ on atomic.Bool }

// Run implements [zerolog.Hook].
func (q *quietHook) Run(e *zerolog.Event, level zerolog.Level, _ string) {
	if level < zerolog.ErrorLevel && q.on.Load() {
		e.Discard()
	}
}
