package writer

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// gatedStore counts updates, and lets each of them wait for the gate.
type gatedStore struct {
	persistence.Store
	gate    chan struct{}
	mu      sync.Mutex
	updates int
	fail    error
}

func (g *gatedStore) Update(ctx context.Context, key persistence.Key, mutate persistence.Mutation) (account.Record, error) {
	if g.gate != nil {
		<-g.gate
	}
	g.mu.Lock()
	g.updates++
	err := g.fail
	g.mu.Unlock()
	if err != nil {
		return account.Record{}, err
	}
	return g.Store.Update(ctx, key, mutate)
}

func (g *gatedStore) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.updates
}

// inbox is a recipient that keeps what it is told.
type inbox chan any

func (i inbox) Tell(message any) { i <- message }

func keyOf(id string) messages.Key { return messages.Key{Provider: "p", ID: id} }

func stored(t *testing.T, ids ...string) *gatedStore {
	t.Helper()
	store := &gatedStore{Store: persistence.NewMemory()}
	for _, id := range ids {
		rec := account.Record{
			ID: id, Provider: "p", Kind: account.OAuth, Enabled: true, Generation: 1,
			Credentials: account.Credentials{RefreshToken: account.NewSecret("refresh-" + id)},
		}
		if err := store.Create(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

// withWriter runs test in a bubble with a writer on store.
func withWriter(t *testing.T, ids []string, test func(t *testing.T, store *gatedStore, p *Handle)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		store := stored(t, ids...)
		s := runtime.New(zerolog.Nop())
		p := Spawn(s, store)
		test(t, store, p)
		if err := p.Close(context.Background()); err != nil {
			t.Errorf("Close: %v", err)
		}
		s.Close()
		time.Sleep(time.Second) // past protoactor's dead-letter throttle
	})
}

func save(p *Handle, to inbox, id string, lazy bool) {
	p.Tell(&messages.SaveAccount{
		Key: keyOf(id), Lazy: lazy, ReplyTo: to, Mutate: func(r *account.Record) { r.Weight++ },
	})
}

// Changes of one account that wait for a write become one write, and every
// one of them is in it.
func TestSavesOfOneAccountMerge(t *testing.T) {
	withWriter(t, []string{"a"}, func(t *testing.T, store *gatedStore, p *Handle) {
		store.gate = make(chan struct{})
		to := make(inbox, 200)
		for range 100 {
			save(p, to, "a", false)
		}
		synctest.Wait()
		close(store.gate)
		synctest.Wait()
		if store.count() != 2 {
			t.Errorf("%d writes for 100 changes", store.count())
		}
		answered := 0
		for len(to) > 0 {
			m, _ := (<-to).(*messages.AccountSaved)
			answered += len(m.Saves)
			if len(to) == 0 && m.Record.Weight != 100 {
				t.Errorf("weight %d after 100 changes", m.Record.Weight)
			}
		}
		if answered != 100 {
			t.Errorf("%d changes answered", answered)
		}
	})
}

// Different accounts do not wait for each other.
func TestSavesOfDifferentAccountsRunTogether(t *testing.T) {
	ids := []string{"a", "b", "c"}
	withWriter(t, ids, func(t *testing.T, store *gatedStore, p *Handle) {
		store.gate = make(chan struct{})
		to := make(inbox, 10)
		for _, id := range ids {
			save(p, to, id, false)
		}
		for range ids {
			store.gate <- struct{}{} // all three are waiting here at once
		}
		synctest.Wait()
		if len(to) != len(ids) {
			t.Errorf("%d of %d answered", len(to), len(ids))
		}
	})
}

func TestLazySavesWaitForOthers(t *testing.T) {
	withWriter(t, []string{"a", "b"}, func(t *testing.T, store *gatedStore, p *Handle) {
		to := make(inbox, 10)
		save(p, to, "a", true)
		save(p, to, "a", true)
		save(p, to, "b", true)
		synctest.Wait()
		if store.count() != 0 {
			t.Fatalf("%d lazy writes at once", store.count())
		}
		save(p, to, "b", false) // takes the lazy one along
		synctest.Wait()
		if store.count() != 1 {
			t.Errorf("%d writes after an urgent change", store.count())
		}
		time.Sleep(saveDelay)
		synctest.Wait()
		if store.count() != 2 {
			t.Errorf("%d writes after a second", store.count())
		}
	})
}

func TestCloseWritesWhatIsLazy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := stored(t, "a")
		s := runtime.New(zerolog.Nop())
		p := Spawn(s, store)
		save(p, make(inbox, 1), "a", true)
		p.Tell(&messages.SavePool{Provider: "p", Active: "a"})
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
		s.Close()
		found, err := store.Load(t.Context(), "p")
		if err != nil || found.Accounts[0].Weight != 1 || found.Pool.Active != "a" {
			t.Errorf("after Close: %+v, %v", found, err)
		}
		time.Sleep(time.Second)
	})
}

func TestFailedSaveIsAnswered(t *testing.T) {
	withWriter(t, []string{"a"}, func(t *testing.T, store *gatedStore, p *Handle) {
		store.fail = errors.New("disk full")
		to := make(inbox, 1)
		save(p, to, "a", false)
		m, _ := (<-to).(*messages.AccountSaved)
		if !errors.Is(m.Err, store.fail) {
			t.Errorf("error %v", m.Err)
		}
		store.fail = nil
		save(p, to, "a", false)
		if m, _ := (<-to).(*messages.AccountSaved); m.Err != nil {
			t.Errorf("once the disk has room: %v", m.Err)
		}
	})
}

// grantedRefresh begins a refresh and returns what was granted.
func grantedRefresh(t *testing.T, p *Handle, to inbox) *messages.RefreshGranted {
	t.Helper()
	p.Tell(&messages.BeginRefresh{Key: keyOf("a"), Generation: 1, ReplyTo: to})
	granted, ok := (<-to).(*messages.RefreshGranted)
	if !ok {
		t.Fatal("the refresh was not granted")
	}
	return granted
}

func grantOf(token string) account.Grant {
	return account.Grant{AccessToken: account.NewSecret(token), RefreshToken: account.NewSecret("next")}
}

// While a refresh holds the lock, this process' changes are written under it.
func TestSaveDuringRefresh(t *testing.T) {
	withWriter(t, []string{"a"}, func(t *testing.T, store *gatedStore, p *Handle) {
		to := make(inbox, 10)
		granted := grantedRefresh(t, p, to)
		save(p, to, "a", false)
		if m, ok := (<-to).(*messages.AccountSaved); !ok || m.Err != nil {
			t.Fatalf("a change during a refresh: %+v", m)
		}
		spent := granted.Record.Credentials.RefreshToken.Fingerprint()
		p.Tell(&messages.CommitRefresh{Key: keyOf("a"), Spent: []string{spent}, Generation: 1, Grant: grantOf("new"), ReplyTo: to})
		committed, ok := (<-to).(*messages.RefreshCommitted)
		if !ok || committed.Err != nil || committed.Record.Generation != 2 || committed.Record.Weight != 1 {
			t.Errorf("committed: %+v", committed)
		}
		if locked, err := store.Lock(t.Context(), persistence.Key(keyOf("a"))); err != nil {
			t.Errorf("the lock was not given back: %v", err)
		} else if err := locked.Unlock(); err != nil {
			t.Error(err)
		}
	})
}

// A token that another process got meanwhile is adopted, and no second
// exchange begins.
func TestRefreshAdopts(t *testing.T) {
	withWriter(t, []string{"a"}, func(t *testing.T, store *gatedStore, p *Handle) {
		_, err := store.Store.Update(t.Context(), persistence.Key(keyOf("a")), func(r *account.Record) { r.Apply(grantOf("theirs")) })
		if err != nil {
			t.Fatal(err)
		}
		to := make(inbox, 1)
		p.Tell(&messages.BeginRefresh{Key: keyOf("a"), Generation: 1, ReplyTo: to})
		adopted, ok := (<-to).(*messages.RefreshAdopted)
		if !ok || adopted.Record.Credentials.AccessToken.Reveal() != "theirs" {
			t.Errorf("adopted: %+v", adopted)
		}
	})
}

// A login that was replaced during the exchange is newer than its result.
func TestCommitKeepsNewerLogin(t *testing.T) {
	withWriter(t, []string{"a"}, func(t *testing.T, _ *gatedStore, p *Handle) {
		to := make(inbox, 10)
		granted := grantedRefresh(t, p, to)
		login := account.Record{Credentials: account.Credentials{
			AccessToken: account.NewSecret("login"), RefreshToken: account.NewSecret("login's"),
		}}
		p.Tell(&messages.SaveAccount{Key: keyOf("a"), ReplyTo: to, Mutate: func(r *account.Record) { r.Replace(login) }})
		<-to
		spent := granted.Record.Credentials.RefreshToken.Fingerprint()
		p.Tell(&messages.CommitRefresh{Key: keyOf("a"), Spent: []string{spent}, Generation: 1, Grant: grantOf("old"), ReplyTo: to})
		committed, _ := (<-to).(*messages.RefreshCommitted)
		if got := committed.Record.Credentials.AccessToken.Reveal(); got != "login" {
			t.Errorf("the stored token is %q", got)
		}
	})
}

// A lock that another process keeps is waited for until the deadline; other
// accounts go on meanwhile, and no exchange is granted.
func TestRefreshWithoutLockIsDenied(t *testing.T) {
	withWriter(t, []string{"a", "b"}, func(t *testing.T, store *gatedStore, p *Handle) {
		theirs, err := store.Lock(t.Context(), persistence.Key(keyOf("a")))
		if err != nil {
			t.Fatal(err)
		}
		to, others := make(inbox, 1), make(inbox, 1)
		began := time.Now()
		p.Tell(&messages.BeginRefresh{Key: keyOf("a"), Generation: 1, ReplyTo: to})
		save(p, others, "b", false)
		if m, _ := (<-others).(*messages.AccountSaved); m.Err != nil || time.Since(began) != 0 {
			t.Errorf("another account waited %v: %v", time.Since(began), m.Err)
		}
		denied, ok := (<-to).(*messages.RefreshDenied)
		if !ok || !errors.Is(denied.Err, persistence.ErrLocked) || time.Since(began) != lockDeadline {
			t.Errorf("after %v: %+v", time.Since(began), denied)
		}
		if err := theirs.Unlock(); err != nil {
			t.Error(err)
		}
	})
}

// One refresh of an account runs at a time. The next one waits until the last
// has given the lock back, also when that has changes to write before.
func TestNextRefreshWaitsForTheLast(t *testing.T) {
	withWriter(t, []string{"a"}, func(t *testing.T, _ *gatedStore, p *Handle) {
		to, next := make(inbox, 10), make(inbox, 10)
		begin := &messages.BeginRefresh{Key: keyOf("a"), Generation: 1, ReplyTo: next}
		grantedRefresh(t, p, to)
		p.Tell(begin)
		synctest.Wait()
		if len(next) != 0 {
			t.Fatalf("two refreshes at once: %T", <-next)
		}
		p.Tell(&messages.AbortRefresh{Key: keyOf("a")})
		granted, ok := (<-next).(*messages.RefreshGranted)
		if !ok {
			t.Fatal("the lock of a refresh that was aborted was not given back")
		}
		spent := granted.Record.Credentials.RefreshToken.Fingerprint()
		p.Tell(&messages.CommitRefresh{Key: keyOf("a"), Spent: []string{spent}, Generation: 1, Grant: grantOf("new"), ReplyTo: to})
		save(p, to, "a", false)
		p.Tell(begin)
		if _, ok := (<-next).(*messages.RefreshAdopted); !ok {
			t.Error("the token of the refresh before was not adopted")
		}
	})
}

// A refresh that its account takes back keeps nobody out, however far it has
// come, and leaves alone one that is under way.
func TestCancelledRefresh(t *testing.T) {
	withWriter(t, []string{"a"}, func(t *testing.T, store *gatedStore, p *Handle) {
		to, next := make(inbox, 10), make(inbox, 10)
		begin := &messages.BeginRefresh{Key: keyOf("a"), Generation: 1, ReplyTo: next}
		theirs, err := store.Lock(t.Context(), persistence.Key(keyOf("a")))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		p.Tell(begin)
		synctest.Wait() // it waits for their lock
		p.Tell(&messages.CancelRefresh{Key: keyOf("a")})
		save(p, to, "a", false)
		synctest.Wait()
		if err := theirs.Unlock(); err != nil {
			t.Error(err)
		}
		<-to // the change was written
		granted := grantedRefresh(t, p, to)
		p.Tell(begin)
		p.Tell(&messages.CancelRefresh{Key: keyOf("a")}) // of the one that waits its turn
		spent := granted.Record.Credentials.RefreshToken.Fingerprint()
		p.Tell(&messages.CommitRefresh{Key: keyOf("a"), Spent: []string{spent}, Generation: 1, Grant: grantOf("new"), ReplyTo: to})
		if m, _ := (<-to).(*messages.RefreshCommitted); m == nil || m.Err != nil || m.Record.Generation != 2 {
			t.Errorf("the refresh under way came to %+v", m)
		}
		p.Tell(&messages.BeginRefresh{Key: keyOf("a"), Generation: 2, ReplyTo: to})
		<-to // granted, and never taken up
		p.Tell(&messages.CancelRefresh{Key: keyOf("a")})
		locked, err := store.Lock(t.Context(), persistence.Key(keyOf("a")))
		if err != nil {
			t.Fatal(err)
		}
		if err := locked.Unlock(); err != nil {
			t.Error(err)
		}
		if len(next) != 0 || time.Since(began) != 0 {
			t.Errorf("after %v, %d answers to refreshes that were taken back", time.Since(began), len(next))
		}
	})
}
