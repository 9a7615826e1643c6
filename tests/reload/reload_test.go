package reload_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// world is an engine with three accounts that works by a settings file.
type world struct {
	*multiaccount.Pool
	file   string
	events *rig.Events
	ids    []string
}

func newWorld(t *testing.T, content string) *world {
	t.Helper()
	w := &world{file: filepath.Join(t.TempDir(), "sub", settings.FileName)}
	rig.Must(t, os.Mkdir(filepath.Dir(w.file), 0o700))
	if content != "" {
		w.write(t, content)
	}
	eng, err := multiaccount.Open(t.Context(), multiaccount.Config{
		Store: persistence.NewMemory(), SettingsFile: w.file, Providers: []providers.Provider{rig.NewProvider()},
	})
	rig.Must(t, err)
	t.Cleanup(func() { rig.Close(t, eng) })
	w.Pool, w.events = rig.Pool(t, eng, rig.Plain), rig.Record(eng)
	for _, name := range []string{"a", "b", "c"} {
		w.ids = append(w.ids, rig.Add(t, w.Pool, rig.Login(name)))
	}
	return w
}

// write replaces the file, as editors do.
func (w *world) write(t *testing.T, content string) {
	t.Helper()
	rig.Must(t, os.WriteFile(w.file+".new", []byte(content), 0o600))
	rig.Must(t, os.Rename(w.file+".new", w.file))
}

// served are the accounts of six requests in a row.
func (w *world) served(t *testing.T) int {
	t.Helper()
	served := map[string]bool{}
	for range 6 {
		lease, err := w.Acquire(t.Context(), multiaccount.Request{})
		rig.Must(t, err)
		served[lease.AccountID()] = true
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	}
	return len(served)
}

// A change of the file holds at once, and so does what it says for one provider.
func TestChangeOfTheFileHolds(t *testing.T) {
	w := newWorld(t, "")
	if n := w.served(t); n != 1 {
		t.Fatalf("sticky: %d accounts served", n)
	}
	w.write(t, `{"account_selection_strategy": "round-robin"}`)
	changed := rig.Await[multiaccount.SettingsChanged](t, w.events)
	if !slices.Equal(changed.Keys, []string{"account_selection_strategy"}) {
		t.Errorf("told that %v changed", changed.Keys)
	}
	if n := w.served(t); n != 3 {
		t.Errorf("round-robin: %d accounts served", n)
	}
	w.write(t, `{"account_selection_strategy": "round-robin", "providers": {"plain": {"account_selection_strategy": "sticky"}}}`)
	rig.AwaitNth[multiaccount.SettingsChanged](t, w.events, 2)
	if n := w.served(t); n != 1 {
		t.Errorf("sticky for this provider alone: %d accounts served", n)
	}
}

// A file that cannot be used changes nothing, is told of once, and is taken over
// when it is mended.
func TestWrongFileKeepsTheLastGood(t *testing.T) {
	w := newWorld(t, `{"account_selection_strategy": "round-robin"}`)
	w.write(t, `{"account_selection_strategy": "stickie", "max_wait_ms": 1}`)
	rejected := rig.Await[multiaccount.SettingsRejected](t, w.events)
	if !strings.Contains(rejected.Reason, "account_selection_strategy") || !strings.Contains(rejected.Reason, ":1:") {
		t.Errorf("told %q", rejected.Reason)
	}
	if n := w.served(t); n != 3 {
		t.Errorf("with a wrong file %d accounts served", n)
	}
	w.write(t, `{"account_selection_strategy": "sticky"}`)
	rig.Await[multiaccount.SettingsChanged](t, w.events)
	if n := w.served(t); n != 1 || rig.Count[multiaccount.SettingsRejected](w.events) != 1 {
		t.Errorf("with a mended file %d accounts served, rejected %d times", n, rig.Count[multiaccount.SettingsRejected](w.events))
	}
	rig.Must(t, os.Remove(w.file)) // the defaults, which are sticky too
	w.write(t, `{"account_selection_strategy": "round-robin"}`)
	rig.Until(t, "three accounts that serve, since the file was made again", func() bool { return w.served(t) == 3 })
}

// What a host may not ask for is refused.
func TestMistakesOfTheHost(t *testing.T) {
	_, err := multiaccount.Open(t.Context(), multiaccount.Config{
		Store: persistence.NewMemory(), SettingsFile: "x", Settings: settings.Default(), Providers: []providers.Provider{rig.NewProvider()},
	})
	if err == nil || !strings.Contains(err.Error(), "SettingsFile") {
		t.Errorf("both: %v", err)
	}
	file := filepath.Join(t.TempDir(), settings.FileName)
	rig.Must(t, os.WriteFile(file, []byte(`{"debugg": true}`), 0o600))
	var wrong *settings.Error
	if _, err = multiaccount.Open(t.Context(), multiaccount.Config{Store: persistence.NewMemory(), SettingsFile: file}); !errors.As(err, &wrong) {
		t.Errorf("a wrong file: %v", err)
	}
	eng, _ := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	s := rig.Settings()
	s.MaxWait = -1
	if err = eng.ApplySettings(t.Context(), s); !errors.As(err, &wrong) {
		t.Errorf("wrong settings: %v", err)
	}
	rig.Close(t, eng)
	s.MaxWait = time.Minute
	if err = eng.ApplySettings(t.Context(), s); !errors.Is(err, multiaccount.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// Under traffic, settings change without a request failing, a place being lost or
// a conversation moving.
func TestChangesUnderTraffic(t *testing.T) {
	eng, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	for _, name := range []string{"a", "b", "c"} {
		login := rig.Login(name)
		login.MaxInFlight = 8
		rig.Add(t, pool, login)
	}
	gone := rig.Add(t, pool, rig.Login("gone"))
	rig.Must(t, pool.Remove(t.Context(), gone)) // leaves a free place among the accounts
	ctx, stop := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for ctx.Err() == nil {
				lease, err := pool.Acquire(t.Context(), multiaccount.Request{})
				if err != nil {
					t.Errorf("a request failed: %v", err)
					return
				}
				lease.Done(multiaccount.Outcome{Status: http.StatusOK})
			}
		})
	}
	s := rig.Settings()
	for i := range 200 {
		s.AccountSelectionStrategy = []settings.Strategy{"sticky", "round-robin", "hybrid", "drain-first"}[i%4]
		s.ProactiveRefresh, s.CrossProcessClaims = i%3 == 0, i%5 == 0
		rig.Must(t, eng.ApplySettings(t.Context(), s))
	}
	stop()
	callers.Wait()
	accounts, err := pool.Accounts(t.Context())
	rig.Must(t, err)
	for _, a := range accounts {
		if a.InFlight != 0 {
			t.Errorf("%s has %d requests in flight", a.Label, a.InFlight)
		}
	}
	for range 24 { // every place is free again
		_, err := pool.Acquire(t.Context(), multiaccount.Request{})
		rig.Must(t, err)
	}
	var full *multiaccount.AllAccountsLimitedError
	if _, err = pool.Acquire(t.Context(), multiaccount.Request{}); !errors.As(err, &full) {
		t.Errorf("a place too many: %v", err)
	}
}

// Conversations keep their accounts through a change.
func TestConversationsStay(t *testing.T) {
	eng, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	for _, name := range []string{"a", "b"} {
		rig.Add(t, pool, rig.Login(name))
	}
	lease, err := pool.Acquire(t.Context(), multiaccount.Request{Affinity: "x"})
	rig.Must(t, err)
	lease.Done(multiaccount.Outcome{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"1"}}})
	second, err := pool.Acquire(t.Context(), multiaccount.Request{Affinity: "x"})
	rig.Must(t, err)
	second.Done(multiaccount.Outcome{Status: http.StatusOK})
	s := rig.Settings()
	s.MaxAttempts = 2
	rig.Must(t, eng.ApplySettings(t.Context(), s))
	third, err := pool.Acquire(t.Context(), multiaccount.Request{Affinity: "x"})
	rig.Must(t, err)
	third.Done(multiaccount.Outcome{Status: http.StatusOK})
	if third.AccountID() != second.AccountID() || third.Moved() {
		t.Errorf("the conversation went from %s to %s", second.AccountID(), third.AccountID())
	}
}

// Tokens are refreshed ahead of time from the moment on that this is switched on.
func TestProactiveRefreshIsSwitchedOn(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		provider := rig.NewProvider()
		eng, pool := rig.OpenPlain(t, provider, rig.Settings())
		login := rig.Login("a")
		login.ExpiresAt = time.Now().Add(10 * time.Minute)
		rig.Add(t, pool, login)
		time.Sleep(time.Minute)
		if n := provider.Refreshes(); n != 0 {
			t.Fatalf("%d refreshes while it is off", n)
		}
		s := rig.Settings()
		s.ProactiveRefresh = true
		rig.Must(t, eng.ApplySettings(t.Context(), s))
		time.Sleep(time.Minute)
		if n := provider.Refreshes(); n != 1 {
			t.Errorf("%d refreshes within a minute, want 1", n)
		}
	})
}

// Quiet leaves out of the log what is no error.
func TestQuiet(t *testing.T) {
	for _, quiet := range []bool{false, true} {
		var log rig.Log
		logger := zerolog.New(&log)
		checkQuiet(t, quiet, multiaccount.Config{Logger: &logger}, &log)
		var other rig.Log
		checkQuiet(t, quiet, multiaccount.Config{Slog: slog.New(slog.NewTextHandler(&other, &slog.HandlerOptions{Level: slog.LevelDebug}))}, &other)
	}
}

func checkQuiet(t *testing.T, quiet bool, c multiaccount.Config, log *rig.Log) {
	t.Helper()
	c.Settings, c.Store, c.Providers = rig.Settings(), rig.NewStore(persistence.NewMemory()), []providers.Provider{rig.NewProvider()}
	c.Settings.QuietMode = quiet
	eng := rig.Open(t, c)
	pool := rig.Pool(t, eng, rig.Plain)
	lease, err := pool.Acquire(t.Context(), multiaccount.Request{Account: rig.Add(t, pool, rig.Login("a"))})
	rig.Must(t, err)
	lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	rig.Close(t, eng)
	if got := log.String(); quiet != (got == "") {
		t.Errorf("quiet %v: the log is %q", quiet, got)
	}
}
