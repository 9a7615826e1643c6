package faults_test

import (
	"errors"
	"io"
	"os"
	"runtime"
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// A process may open and close engines as often as it likes.
func TestManyLives(t *testing.T) {
	store, p := persistence.NewMemory(), rig.NewProvider()
	live := func() {
		eng, err := multiaccount.Open(t.Context(), multiaccount.Config{
			Providers: []providers.Provider{p}, Settings: rig.Settings(), Store: store,
		})
		rig.Must(t, err)
		pool := rig.Pool(t, eng, rig.Plain)
		eng.Subscribe(func(multiaccount.Event) {})
		if _, err := serve(t.Context(), pool); err != nil {
			t.Fatal(err)
		}
		rig.Must(t, eng.Close(t.Context()))
	}
	eng, pool := rig.OpenStore(t, p, rig.Settings(), store)
	rig.Add(t, pool, rig.Login("a"))
	rig.Close(t, eng)
	live()
	before := runtime.NumGoroutine()
	for range lives {
		live()
	}
	if after := runtime.NumGoroutine(); after > before+10 {
		t.Errorf("%d goroutines, %d before", after, before)
	}
}

// Many engines live in one process, each on a folder of its own.
func TestManyEngines(t *testing.T) {
	const engines = 32
	srv := rig.Server(t)
	var running sync.WaitGroup
	for range engines {
		handle := srv.AddAccount(providertest.Account{})
		running.Go(func() {
			eng, err := multiaccount.Open(t.Context(), multiaccount.Config{
				Dir: t.TempDir(), Providers: rig.Providers(srv), Settings: rig.Settings(),
			})
			if err != nil {
				t.Errorf("Open: %v", err)
				return
			}
			if err := errors.Join(useOnce(t, eng, handle, srv.URL), eng.Close(t.Context())); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	if n := srv.Stats().Refreshes; n != engines {
		t.Errorf("%d exchanges for %d engines", n, engines)
	}
}

// useOnce has an engine refresh the token of its only account and serve.
func useOnce(t *testing.T, eng *multiaccount.Engine, handle *providertest.AccountHandle, url string) error {
	t.Helper()
	pool, err := eng.Pool("anthropic")
	if err != nil {
		return err
	}
	if _, err := pool.Add(t.Context(), rig.Expired(handle)); err != nil {
		return err
	}
	answer, err := rig.Ask(t.Context(), rig.Client(t, pool), url)
	if err == nil && answer.Account != handle.Name() {
		err = errors.New("served by " + answer.Account + ", an account of another engine")
	}
	return err
}

// Two engines share a folder, as two processes do: an expired token is
// exchanged once, and both serve with what came of it.
func TestTwoEnginesOnOneFolder(t *testing.T) {
	const callers = 16
	w := newWorld(t)
	alice := w.srv.AddAccount(providertest.Account{})
	id := rig.Add(t, w.pool, rig.Expired(alice))
	second := rig.Pool(t, w.open(t), "anthropic")
	var running sync.WaitGroup
	for _, pool := range []*multiaccount.Pool{w.pool, second} {
		client := rig.Client(t, pool)
		for range callers {
			running.Go(func() {
				if _, err := rig.Ask(t.Context(), client, w.srv.URL); err != nil {
					t.Error(err)
				}
			})
		}
	}
	running.Wait()
	if stats := w.srv.Stats(); stats.Refreshes != 1 || stats.RefreshTokensSpentTwice != 0 || stats.ByStatus[401] != 0 {
		t.Errorf("%d exchanges, %d tokens spent twice, %d refusals", stats.Refreshes, stats.RefreshTokensSpentTwice, stats.ByStatus[401])
	}
	for _, pool := range []*multiaccount.Pool{w.pool, second} {
		if s := rig.Status(t, pool, id); s.Generation != 2 || s.State != multiaccount.StateReady {
			t.Errorf("generation %d, %s", s.Generation, s.State)
		}
	}
}

// What one engine stores of an account, the other does not undo.
func TestTwoEnginesKeepEachOthersChanges(t *testing.T) {
	w := newWorld(t)
	id := rig.Add(t, w.pool, rig.OAuth(w.srv.AddAccount(providertest.Account{})))
	second := w.open(t)
	other := rig.Pool(t, second, "anthropic")
	rig.Must(t, w.pool.Rename(t.Context(), id, "by the first"))
	rig.Must(t, other.SetEnabled(t.Context(), id, false))
	rig.Must(t, w.pool.Refresh(t.Context(), id))
	rig.Close(t, w.eng)
	rig.Close(t, second)
	again := rig.Pool(t, w.open(t), "anthropic")
	if s := rig.Status(t, again, id); s.Label != "by the first" || s.Enabled || s.Generation != 2 {
		t.Errorf("%q, enabled %v, generation %d", s.Label, s.Enabled, s.Generation)
	}
}

// An engine prints nothing, whatever happens to it.
func TestSilentByDefault(t *testing.T) {
	printed := capture(t, func() {
		w := newWorld(t)
		alice := w.srv.AddAccount(providertest.Account{})
		id := rig.Add(t, w.pool, rig.Expired(alice))
		alice.NextToken(providertest.Garbage())
		_, _ = serve(t.Context(), w.pool)
		_ = w.pool.Refresh(t.Context(), id)
		alice.Next(providertest.Revoked())
		_, _ = rig.Ask(t.Context(), rig.Client(t, w.pool), w.srv.URL)
		lease, err := w.pool.Acquire(t.Context(), multiaccount.Request{})
		rig.Close(t, w.eng)
		if err == nil {
			lease.Done(multiaccount.Outcome{Status: 429}) // a dead letter
		}
	})
	if printed != "" {
		t.Errorf("printed: %s", printed)
	}
}

// capture returns what is printed while f runs.
func capture(t *testing.T, f func()) string {
	t.Helper()
	read, write, err := os.Pipe()
	rig.Must(t, err)
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = write, write
	defer func() { os.Stdout, os.Stderr = stdout, stderr }()
	printed := make(chan []byte)
	go func() {
		all, _ := io.ReadAll(read)
		printed <- all
	}()
	f()
	rig.Must(t, write.Close())
	return string(<-printed)
}
