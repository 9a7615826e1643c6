package faults_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// The engine ends under 32 workers that never pause: each call succeeds or
// says that the engine is closed, and none hangs.
func TestCloseDuringTraffic(t *testing.T) {
	const workers = 32
	w := newWorld(t)
	for range 3 {
		rig.Add(t, w.pool, rig.OAuth(w.srv.AddAccount(providertest.Account{})))
	}
	client := rig.Client(t, w.pool)
	var running sync.WaitGroup
	for i := range workers {
		running.Go(func() {
			for {
				var err error
				if i%2 == 0 {
					_, err = rig.Ask(t.Context(), client, w.srv.URL)
				} else {
					_, err = serve(t.Context(), w.pool)
				}
				if errors.Is(err, multiaccount.ErrClosed) {
					return
				}
				if err != nil {
					t.Errorf("worker %d: %v", i, err)
					return
				}
			}
		})
	}
	rig.Must(t, w.srv.WaitCalls(rig.Deadline(t), 200))
	rig.Close(t, w.eng)
	running.Wait()
}

func TestCloseTwiceAndAtOnce(t *testing.T) {
	w := newWorld(t)
	rig.Add(t, w.pool, rig.OAuth(w.srv.AddAccount(providertest.Account{})))
	var closing sync.WaitGroup
	for range 8 {
		closing.Go(func() { rig.Close(t, w.eng) })
	}
	closing.Wait()
	rig.Close(t, w.eng)
}

func TestUseAfterClose(t *testing.T) {
	w := newWorld(t)
	id := rig.Add(t, w.pool, rig.OAuth(w.srv.AddAccount(providertest.Account{})))
	client, source := rig.Client(t, w.pool), w.pool.TokenSource(t.Context())
	lease := acquire(t, w.pool, multiaccount.Request{})
	lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	rig.Close(t, w.eng)

	ctx, pool := t.Context(), w.pool
	for name, call := range map[string]func() error{
		"Acquire":       func() error { _, err := pool.Acquire(ctx, multiaccount.Request{}); return err },
		"RoundTrip":     func() error { _, err := rig.Ask(ctx, client, w.srv.URL); return err },
		"Token":         func() error { _, err := source.Token(); return err },
		"Add":           func() error { _, err := pool.Add(ctx, rig.Login("late")); return err },
		"Remove":        func() error { return pool.Remove(ctx, id) },
		"SetEnabled":    func() error { return pool.SetEnabled(ctx, id, false) },
		"Rename":        func() error { return pool.Rename(ctx, id, "late") },
		"Refresh":       func() error { return pool.Refresh(ctx, id) },
		"ResetCooldown": func() error { return pool.ResetCooldown(ctx, id) },
		"Accounts":      func() error { _, err := pool.Accounts(ctx); return err },
	} {
		if err := call(); !errors.Is(err, multiaccount.ErrClosed) {
			t.Errorf("%s: %v, want ErrClosed", name, err)
		}
	}
	w.eng.Subscribe(func(multiaccount.Event) { t.Error("an event after the end") })()
	lease.Done(multiaccount.Outcome{Status: http.StatusTooManyRequests}) // says nothing to nobody
	if _, err := w.eng.Pool("anthropic"); err != nil {
		t.Errorf("Pool: %v", err)
	}
}

// An exchange that is under way is waited for: its token is on disk when
// Close returns.
func TestCloseWaitsForExchange(t *testing.T) {
	w := newWorld(t)
	alice := w.srv.AddAccount(providertest.Account{})
	id := rig.Add(t, w.pool, rig.Expired(alice))
	other := rig.Add(t, w.pool, rig.OAuth(w.srv.AddAccount(providertest.Account{})))
	gate := alice.HoldExchanges(providertest.AfterSpending)
	asked := make(chan error, 1)
	go func() {
		lease, err := w.pool.Acquire(t.Context(), multiaccount.Request{Account: id})
		if err == nil {
			lease.Done(multiaccount.Outcome{Status: http.StatusOK})
		}
		asked <- err
	}()
	rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	closed := make(chan error, 1)
	go func() { closed <- w.eng.Close(t.Context()) }()
	for { // until Close has begun
		lease, err := w.pool.Acquire(t.Context(), multiaccount.Request{Account: other})
		if errors.Is(err, multiaccount.ErrClosed) {
			break
		}
		rig.Must(t, err)
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	}
	select {
	case err := <-closed:
		t.Fatalf("Close returned (%v) with an exchange under way", err)
	default:
	}
	gate.Release()
	rig.Must(t, <-closed)
	if err := <-asked; err != nil && !errors.Is(err, multiaccount.ErrClosed) {
		t.Errorf("who waited for the token: %v", err)
	}
	checkReopened(t, w, id, 2, alice.RefreshToken())
}

// checkReopened looks at the folder as the next process would.
func checkReopened(t *testing.T, w world, id string, generation uint64, refreshToken string) {
	t.Helper()
	files, err := persistence.OpenFiles(w.dir)
	rig.Must(t, err)
	found, err := files.Load(t.Context(), "anthropic")
	rig.Must(t, err)
	rig.Must(t, files.Close())
	i := slices.IndexFunc(found.Accounts, func(r account.Record) bool { return r.ID == id })
	if i < 0 {
		t.Fatalf("not among the %d accounts on disk", len(found.Accounts))
	}
	if r := found.Accounts[i]; r.Generation != generation || r.Credentials.RefreshToken.Reveal() != refreshToken {
		t.Errorf("on disk is generation %d, want %d with the token issued last", r.Generation, generation)
	}
}

// A host that closes with a context that has ended already, as a signal
// handler's, still gets the token of an exchange under way.
func TestCloseWithEndedContextKeepsTheLogin(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		d := newDisk(t)
		d.p.OnRefresh = func(ctx context.Context, _ account.Credentials) (account.Grant, error) {
			select {
			case <-ctx.Done():
				return account.Grant{}, ctx.Err()
			case <-time.After(time.Second):
				return rig.Grant(1), nil
			}
		}
		id := rig.Add(t, d.pool, rig.Stale("a"))
		asked := make(chan error, 1)
		go func() { asked <- d.pool.Refresh(context.Background(), id) }()
		synctest.Wait()
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		rig.Must(t, d.eng.Close(ended))
		if err := <-asked; err != nil && !errors.Is(err, multiaccount.ErrClosed) {
			t.Errorf("who refreshed: %v", err)
		}
		d.checkStored(t, id, "refresh-1")
	})
}

// An exchange that hangs is given up soon after the context has ended, and
// Close says that a login may be lost.
func TestCloseGivesUpHangingExchange(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		p := rig.NewProvider()
		p.OnRefresh = func(ctx context.Context, _ account.Credentials) (account.Grant, error) {
			<-ctx.Done()
			return account.Grant{}, ctx.Err()
		}
		eng, err := multiaccount.Open(t.Context(), multiaccount.Config{
			Providers: []providers.Provider{p}, Settings: rig.Settings(), Store: persistence.NewMemory(),
		})
		rig.Must(t, err)
		pool := rig.Pool(t, eng, rig.Plain)
		id := rig.Add(t, pool, rig.Stale("a"))
		asked := make(chan error, 1)
		go func() { asked <- pool.Refresh(context.Background(), id) }()
		synctest.Wait()
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := eng.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close: %v", err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("Close took %v", took)
		}
		if err := <-asked; err == nil {
			t.Error("a refresh that was given up succeeded")
		}
	})
}

// What waits to be written is written, whatever the context says.
func TestCloseWithEndedContextStoresAll(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		const accounts = 200 // more than are written at once
		d := newDisk(t)
		ids := make([]string, accounts)
		for i := range ids {
			ids[i] = rig.Add(t, d.pool, rig.Login(strconv.Itoa(i)))
		}
		for i, id := range ids {
			lease := acquire(t, d.pool, multiaccount.Request{Account: id})
			end := strconv.Itoa(3600 + 10*i) // limits that end together would pause the pool
			lease.Done(multiaccount.Outcome{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {end}}})
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		rig.Must(t, d.eng.Close(ended))
		for _, id := range ids {
			if n := len(d.stored(t, id).Limits); n != 1 {
				t.Fatalf("%d limits stored for account %s", n, id)
			}
		}
	})
}

// A lock that another process never gives back keeps no engine from closing, and
// the error says what was not stored.
func TestCloseBesideALockThatIsHeld(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		store := persistence.NewMemory()
		eng, err := multiaccount.Open(t.Context(), multiaccount.Config{
			Providers: []providers.Provider{rig.NewProvider()}, Settings: rig.Settings(), Store: store,
		})
		rig.Must(t, err)
		pool := rig.Pool(t, eng, rig.Plain)
		id := rig.Add(t, pool, rig.Login("a"))
		theirs, err := store.Lock(t.Context(), persistence.Key{Provider: rig.Plain, ID: id})
		rig.Must(t, err)
		renamed := make(chan error, 1)
		go func() { renamed <- pool.Rename(context.Background(), id, "other") }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		err = eng.Close(ctx)
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "could not be stored") || took > 12*time.Second {
			t.Errorf("%v after %v", err, took)
		}
		if err := <-renamed; err == nil {
			t.Error("a change that is not stored was acknowledged")
		}
		rig.Must(t, theirs.Unlock())
	})
}

// A body that the host has not closed does not keep the engine, nor does the
// engine cut it off.
func TestCloseWithOpenBody(t *testing.T) {
	w := newWorld(t)
	alice := w.srv.AddAccount(providertest.Account{})
	id := rig.Add(t, w.pool, rig.OAuth(alice))
	gate := providertest.NewGate()
	defer gate.Release()
	alice.Next(providertest.PausedBody(gate))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.srv.URL+"/v1/messages",
		strings.NewReader(`{"model":"m","stream":true,"messages":[]}`))
	rig.Must(t, err)
	resp, err := rig.Client(t, w.pool).Do(req)
	rig.Must(t, err)
	if n := rig.Status(t, w.pool, id).InFlight; n != 1 {
		t.Errorf("%d requests in flight", n)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	rig.Must(t, w.eng.Close(ctx))
	gate.Release()
	body, err := io.ReadAll(resp.Body)
	rig.Must(t, errors.Join(err, resp.Body.Close()))
	if !strings.Contains(string(body), "message_stop") {
		t.Error("the stream was cut off")
	}
}

// Without a deadline Close is patient for five seconds.
func TestCloseWithLeaseThatIsNeverDone(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		eng, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
		rig.Add(t, pool, rig.Login("a"))
		lease := acquire(t, pool, multiaccount.Request{})
		began := time.Now()
		rig.Must(t, eng.Close(t.Context()))
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("Close took %v", took)
		}
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	})
}

// Close ends what waits: for a limit to end, and for a token.
func TestCloseEndsWaiting(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		s := rig.Settings()
		s.MaxWait = time.Hour
		eng, pool := rig.OpenPlain(t, rig.NewProvider(), s)
		rig.Add(t, pool, rig.Login("a"))
		acquire(t, pool, multiaccount.Request{}).Done(multiaccount.Outcome{Status: http.StatusTooManyRequests, Header: http.Header{}})
		synctest.Wait()
		waited := make(chan error, 1)
		go func() {
			_, err := serve(context.Background(), pool)
			waited <- err
		}()
		synctest.Wait()
		began := time.Now()
		rig.Must(t, eng.Close(t.Context()))
		if err := <-waited; !errors.Is(err, multiaccount.ErrClosed) || time.Since(began) != 0 {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// A pool's own connections end with the engine: no goroutine is left.
func TestCloseLeavesNoGoroutine(t *testing.T) {
	srv := rig.Server(t)
	alice := srv.AddAccount(providertest.Account{})
	before := goleak.IgnoreCurrent()
	for range 3 {
		eng, err := multiaccount.Open(t.Context(), multiaccount.Config{Dir: t.TempDir(), Providers: rig.Providers(srv), Settings: rig.Settings()})
		rig.Must(t, err)
		pool := rig.Pool(t, eng, "anthropic")
		rig.Add(t, pool, rig.OAuth(alice))
		for range 2 {
			rig.MustAsk(t, &http.Client{Transport: pool.Transport(nil)}, srv.URL)
		}
		rig.Must(t, eng.Close(t.Context()))
	}
	goleak.VerifyNone(t, before)
}

// A subscriber that does not come back keeps neither the engine nor its end.
func TestCloseWithStuckSubscriber(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		eng, err := multiaccount.Open(t.Context(), multiaccount.Config{
			Providers: []providers.Provider{rig.NewProvider()}, Settings: rig.Settings(), Store: persistence.NewMemory(),
		})
		rig.Must(t, err)
		release := make(chan struct{})
		eng.Subscribe(func(multiaccount.Event) { <-release })
		rig.Add(t, rig.Pool(t, eng, rig.Plain), rig.Login("a"))
		began := time.Now()
		if err := eng.Close(t.Context()); err == nil {
			t.Error("Close left a goroutine without a word")
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("Close took %v", took)
		}
		close(release)
	})
}
