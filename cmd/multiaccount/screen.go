package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/tui/poolview"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
)

// strategyKey is the setting that the screen writes.
const strategyKey = "account_selection_strategy"

// hasScreen reports whether somebody looks at the command and has keys.
func hasScreen(s streams) bool { return s.in != nil && tui.IsTerminal(s.in) && tui.IsTerminal(s.out) }

// runScreen shows the screen until its owner leaves it.
func runScreen(ctx context.Context, s streams) error {
	held := &curtain{to: s.err}
	s.err = held
	return withSession(ctx, s, func(o *session) error {
		held.closed.Store(tui.IsTerminal(held.to))
		interrupted, err := poolview.Show(ctx, &screenHost{o, s}, s.in, s.out)
		if interrupted || ctx.Err() != nil {
			return errors.Join(errInterrupted, err)
		}
		return err
	})
}

// curtain keeps the log off the terminal that the screen is on.
type curtain struct {
	to     io.Writer
	closed atomic.Bool
}

// Write implements [io.Writer].
func (c *curtain) Write(text []byte) (int, error) {
	if c.closed.Load() {
		return len(text), nil
	}
	return c.to.Write(text)
}

// screenHost is a [poolview.Host] upon a session.
type screenHost struct {
	*session

	streams streams
}

// Look implements [poolview.Host].
func (h *screenHost) Look(ctx context.Context) (poolview.Snapshot, error) {
	now, err := settings.Load(h.settingsFile())
	if err != nil {
		return poolview.Snapshot{}, err
	}
	seen := poolview.Snapshot{Strategy: now.AccountSelectionStrategy, UsageEvery: now.UsagePollInterval}
	for _, p := range h.providers {
		seen.Providers = append(seen.Providers, poolview.Provider{Name: p.Name(), Methods: methodsOf(p)})
	}
	all, err := h.entries(ctx, "")
	for i := range all {
		seen.Accounts = append(seen.Accounts, poolview.Account{AccountStatus: all[i].status, Provider: all[i].Provider})
	}
	return seen, err
}

func (h *screenHost) settingsFile() string { return filepath.Join(h.dir, settings.FileName) }

// methodsOf returns the ways to log in that a provider may have, those that
// suit this machine first.
func methodsOf(p providers.Provider) []login.Method {
	has := login.Methods(p)
	best, _ := login.Suggest(runtime.GOOS, os.Getenv)
	var all []login.Method
	for _, method := range append(best, has...) {
		if slices.Contains(has, method) && !slices.Contains(all, method) {
			all = append(all, method)
		}
	}
	return append(all, poolview.ByKey)
}

// Pool implements [poolview.Host].
func (h *screenHost) Pool(provider string) (poolview.Pool, error) {
	_, pool, err := h.provider(provider)
	return pool, err
}

// Subscribe implements [poolview.Host].
func (h *screenHost) Subscribe(fn func(multiaccount.Event)) (cancel func()) {
	return h.engine.Subscribe(fn)
}

// SetStrategy implements [poolview.Host]. What an environment variable says is
// stored but does not hold.
func (h *screenHost) SetStrategy(ctx context.Context, s settings.Strategy) error {
	path := h.settingsFile()
	if err := configSet(ctx, path, strategyKey, string(s)); err != nil {
		return err
	}
	set, err := settings.Get(path, strategyKey)
	if err == nil && set.Origin.Variable != "" {
		err = fmt.Errorf("%s is stored, but %s says otherwise for as long as it is set", s, set.Origin.Variable)
	}
	return err
}

// Login implements [poolview.Host].
func (h *screenHost) Login(ctx context.Context, l poolview.Login, t poolview.Talk) (login.Saved, error) {
	p, pool, err := h.provider(l.Provider)
	if err != nil {
		return login.Saved{}, err
	}
	if l.Account != "" {
		return h.replace(ctx, l)
	}
	added := login.New{APIKey: l.Key, Label: l.Label}
	if l.Method == poolview.ByKey {
		err = h.checkForm(p, l.Key, "accounts add")
	} else {
		added.Grant, err = login.By(ctx, l.Method, p, screenOwner{t})
	}
	if err != nil {
		return login.Saved{}, err
	}
	return login.Save(ctx, pool, p, added)
}

// replace gives an account another API key.
func (h *screenHost) replace(ctx context.Context, l poolview.Login) (login.Saved, error) {
	unchecked, err := h.replaceKey(ctx, l.Provider, l.Account, l.Key)
	if err != nil {
		return login.Saved{}, err
	}
	e, err := h.find(ctx, l.Provider, l.Account)
	if err != nil {
		return login.Saved{}, err
	}
	return login.Saved{ID: e.ID, Label: e.Label, Email: e.Email, Plan: e.Plan, Known: true, Unchecked: unchecked}, nil
}

// screenOwner is a [login.Owner] that speaks through the screen.
type screenOwner struct{ poolview.Talk }

// Browse implements [login.Owner].
func (o screenOwner) Browse(url string) error {
	o.Talk.Browse(url, "")
	if err := openBrowser(url); err != nil {
		o.Talk.Browse(url, "No browser could be opened: go to that address yourself, on this machine.")
	}
	return nil
}

// Device implements [login.Owner].
func (o screenOwner) Device(d providers.DeviceLogin) error {
	o.Talk.Device(d)
	return nil
}
