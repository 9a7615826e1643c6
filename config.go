package multiaccount

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/internal/slogbridge"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/migrate"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
)

// Config says what [Open] opens. Only Providers is required.
type Config struct {
	// Dir is the state directory; empty means settings.DefaultDir(). It is
	// created when missing, for its owner alone.
	Dir string
	// Providers are those that get a pool. Each needs a name of its own.
	Providers []providers.Provider
	// Settings are the user's; the zero value means settings.Default().
	Settings settings.Settings
	// SettingsFile, when set, is read in place of Settings, which must then be
	// zero. It is read again whenever it changes: see [SettingsChanged]. A file
	// that does not exist means the defaults.
	SettingsFile string
	// Logger gets warnings and errors, and at debug level what the engine decides.
	// No secret ever reaches it. With neither Logger nor Slog the engine is
	// silent.
	Logger *zerolog.Logger
	// Slog gets the same lines as Logger, for hosts that use log/slog. Only one of
	// the two may be set.
	Slog *slog.Logger
	// Store replaces the files in Dir. Its maker closes it, after the engine.
	Store persistence.Store
	// AutoImport adds the logins that other programs keep on this machine, once,
	// and only to an empty pool; see [Engine.Import].
	AutoImport bool
	// Cipher opens a Dir whose accounts are encrypted; see package vault. Nil
	// means plain text: an encrypted Dir is then refused.
	Cipher persistence.Cipher
	// Strategy, when set, picks the accounts in place of the strategy in Settings.
	// Each pool calls it from one goroutine at a time; several pools may call it
	// at once.
	Strategy policy.Strategy
}

// filled returns the config with its defaults, or what is wrong with it.
func (c Config) filled() (Config, error) {
	if c.Logger != nil && c.Slog != nil {
		return c, errors.New("multiaccount: Config has both Logger and Slog; leave one out")
	}
	if c.SettingsFile != "" {
		if !c.Settings.IsZero() {
			return c, errors.New("multiaccount: Config has both Settings and SettingsFile; leave one out")
		}
		var err error
		if c.Settings, err = settings.Load(c.SettingsFile); err != nil {
			return c, err
		}
	}
	if c.Settings.IsZero() {
		c.Settings = settings.Default()
	}
	if err := c.Settings.Validate(); err != nil {
		return c, err
	}
	if c.Store == nil && c.Settings.Store.Kind == settings.StoreEtcd {
		return c, ErrForeignStore
	}
	if c.Dir == "" && c.Store == nil {
		dir, err := settings.DefaultDir()
		if err != nil {
			return c, err
		}
		c.Dir = dir
	}
	return c, c.checkProviders()
}

// logger returns the host's, or one that is silent.
func (c Config) logger() zerolog.Logger {
	switch {
	case c.Logger != nil:
		return *c.Logger
	case c.Slog != nil:
		return slogbridge.New(c.Slog)
	default:
		return zerolog.Nop()
	}
}

func (c Config) checkProviders() error {
	seen := map[string]bool{}
	for _, p := range c.Providers {
		switch {
		case p == nil:
			return errors.New("multiaccount: Config.Providers has a nil provider")
		case seen[p.Name()]:
			return fmt.Errorf("multiaccount: Config.Providers names %q twice; give one of them another name", p.Name())
		}
		seen[p.Name()] = true
	}
	return nil
}

// pool returns how the pool of one provider works.
func (c Config) pool(p providers.Provider, publish func(event.Event)) actors.PoolConfig {
	s := c.Settings.For(p.Name())
	pool := actors.PoolConfig{
		PoolSettings: messages.PoolSettings{
			Selection: policy.Options{
				Strategy:         string(s.AccountSelectionStrategy),
				Custom:           c.Strategy,
				SoftQuotaPercent: float64(s.SoftQuotaThresholdPercent),
				StickyWait:       s.StickyWait,
				MaxFailures:      s.MaxConsecutiveAuthFailures,
			},
			Tuning: policy.Tuning{
				MinBackoff:        s.RateLimitMinBackoff,
				DefaultRetryAfter: s.DefaultRetryAfter,
				MaxAuthFailures:   s.MaxConsecutiveAuthFailures,
				RejectedBackoff:   s.TokenFailureBackoff,
				AllowPaid:         s.AllowPaidUse,
			},
			Claims:  s.CrossProcessClaims,
			MaxWait: s.MaxWait,
		},
		Provider:     p,
		Reread:       migrate.Reread,
		PollInterval: s.UsagePollInterval,
		Publish:      publish,
	}
	if s.ProactiveRefresh {
		pool.Proactive = &actors.ProactiveConfig{Buffer: s.ProactiveRefreshBuffer, Interval: s.ProactiveRefreshInterval}
	}
	return pool
}

// openFiles opens the store in Dir.
func (c Config) openFiles() (persistence.Store, error) {
	if c.Cipher != nil {
		return persistence.OpenSealed(c.Dir, c.Cipher)
	}
	return persistence.OpenFiles(c.Dir)
}
