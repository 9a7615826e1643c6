package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/settings"
)

// folder makes a state folder the default one, with a settings file in it.
func folder(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("MULTIACCOUNT_DIR", dir)
	if err := os.WriteFile(filepath.Join(dir, settings.FileName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSessionHasTheProvidersOfTheSettings(t *testing.T) {
	dir := folder(t, `{"providers": {
		"keys": {"base_url": "https://keys.example"},
		"logins": {"base_url": "https://logins.example", "token_url": "https://logins.example/token"},
		"openai": {"proactive_refresh": true, "base_url": "https://proxy.example"},
		"of-a-host": {"max_wait_ms": 5},
	}}`)
	var names []string
	var errs bytes.Buffer
	err := withSession(t.Context(), streams{err: &errs}, func(o *session) error {
		for _, p := range o.providers {
			names = append(names, p.Name())
			found, pool, err := o.provider(p.Name())
			if err != nil || found != p || pool == nil {
				t.Errorf("%s: %v, %v, %v", p.Name(), found, pool, err)
			}
		}
		if o.dir != dir || o.settings.For("openai").ProactiveRefresh != true {
			t.Errorf("dir %s, settings %+v", o.dir, o.settings)
		}
		_, _, err := o.provider("of-a-host")
		return err
	})
	if want := []string{"anthropic", "openai", "keys", "logins"}; !slices.Equal(names, want) {
		t.Errorf("providers %q, want %q", names, want)
	}
	var usage *usageError
	if !errors.As(err, &usage) || !strings.Contains(err.Error(), `no provider "of-a-host"`) || !strings.Contains(err.Error(), "base_url") {
		t.Errorf("an unknown provider: %v", err)
	}
}

func TestSessionClosesWhatItOpened(t *testing.T) {
	folder(t, `{}`)
	ctx, cancel := context.WithCancel(t.Context())
	var engine *multiaccount.Engine
	boom := errors.New("boom")
	err := withSession(ctx, streams{}, func(o *session) error {
		engine = o.engine
		cancel() // as ctrl-c does
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("error %v", err)
	}
	pool, err := engine.Pool("anthropic")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Accounts(t.Context()); !errors.Is(err, multiaccount.ErrClosed) {
		t.Errorf("the engine is still open: %v", err)
	}
}

func TestSessionRefusesBadSettings(t *testing.T) {
	folder(t, `{"max_wiat_ms": 1}`)
	err := withSession(t.Context(), streams{}, func(*session) error { t.Error("opened"); return nil })
	var bad *settings.Error
	if !errors.As(err, &bad) || !strings.Contains(err.Error(), "max_wait_ms") {
		t.Errorf("error %v", err)
	}
}

func TestCommandsRefreshNothingByThemselves(t *testing.T) {
	yes := true
	s := settings.Default()
	s.Providers = map[string]settings.Override{"openai": {ProactiveRefresh: &yes}}
	quiet := withoutBackground(s)
	if quiet.For("openai").ProactiveRefresh || quiet.For("anthropic").ProactiveRefresh {
		t.Errorf("a command refreshes in the background: %+v", quiet)
	}
	if !s.For("openai").ProactiveRefresh {
		t.Error("the user's own settings were changed")
	}
}
