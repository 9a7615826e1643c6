package faults_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// An engine without a provider is of no use, and no harm.
func TestOpenWithoutProviders(t *testing.T) {
	eng := rig.Open(t, multiaccount.Config{})
	if _, err := eng.Pool("anthropic"); !errors.Is(err, multiaccount.ErrUnknownProvider) {
		t.Errorf("Pool: %v", err)
	}
}

// Without a folder in the config it is the user's, made for nobody else.
func TestOpenInTheDefaultFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	t.Setenv("MULTIACCOUNT_DIR", dir)
	eng, err := multiaccount.Open(t.Context(), multiaccount.Config{Providers: []providers.Provider{rig.NewProvider()}})
	rig.Must(t, err)
	rig.Add(t, rig.Pool(t, eng, rig.Plain), rig.Login("a"))
	rig.Must(t, eng.Close(t.Context()))
	info, err := os.Stat(dir)
	rig.Must(t, err)
	if mode := info.Mode().Perm(); mode != 0o700 && runtime.GOOS != "windows" {
		t.Errorf("mode %04o", mode)
	}
}

// closeCounter is a host's store that counts how often it is closed.
type closeCounter struct {
	persistence.Store
	closed int
}

func (c *closeCounter) Close() error {
	c.closed++
	return c.Store.Close()
}

func TestHostsStoreIsTheHosts(t *testing.T) {
	store := &closeCounter{Store: persistence.NewMemory()}
	p := rig.NewProvider()
	eng, pool := rig.OpenStore(t, p, settings.Settings{}, store)
	id := rig.Add(t, pool, rig.Login("a"))
	rig.Close(t, eng)
	_, again := rig.OpenStore(t, p, settings.Settings{}, store)
	if status := rig.Status(t, again, id); status.State != multiaccount.StateReady || store.closed != 0 {
		t.Errorf("the account is %s, the store closed %d times", status.State, store.closed)
	}
}

// A lease ends once, however often it is said.
func TestLeaseIsDoneOnce(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		_, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
		id := rig.Add(t, pool, onePlace(rig.Login("a")))
		first := acquire(t, pool, multiaccount.Request{})
		for range 3 {
			first.Done(multiaccount.Outcome{Status: http.StatusOK})
		}
		synctest.Wait()
		second := acquire(t, pool, multiaccount.Request{})
		first.Done(multiaccount.Outcome{Status: http.StatusTooManyRequests, Header: http.Header{}})
		synctest.Wait()
		if s := rig.Status(t, pool, id); s.InFlight != 1 || s.State != multiaccount.StateBusy {
			t.Errorf("%d in flight, %s", s.InFlight, s.State)
		}
		var limited *multiaccount.AllAccountsLimitedError
		if _, err := pool.Acquire(t.Context(), multiaccount.Request{}); !errors.As(err, &limited) {
			t.Errorf("a second request beside the one that is allowed: %v", err)
		}
		second.Done(multiaccount.Outcome{Status: http.StatusOK})
	})
}
