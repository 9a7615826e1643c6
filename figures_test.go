package multiaccount_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
)

// figuresProvider answers each request with figures of its own.
type figuresProvider struct {
	plainProvider
	answers atomic.Int64
}

func (p *figuresProvider) Classify(a providers.Answer) account.Verdict {
	v := p.plainProvider.Classify(a)
	v.Usage = []account.UsageWindow{{Name: "5h", Utilization: p.used(p.answers.Add(1)), SeenAt: a.Now}}
	return v
}

// used returns the utilization that the n-th answer shows.
func (p *figuresProvider) used(n int64) float64 { return float64(n%10_007) / 1000 }

// countedStore counts what is written of accounts.
type countedStore struct {
	*persistence.Memory
	writes atomic.Int64
}

func (s *countedStore) Update(ctx context.Context, key persistence.Key, mutate persistence.Mutation) (account.Record, error) {
	s.writes.Add(1)
	return s.Memory.Update(ctx, key, mutate)
}

// stored returns the only account as it is stored now.
func (s *countedStore) stored(t *testing.T) account.Record {
	t.Helper()
	found, err := s.Load(t.Context(), "plain")
	if err != nil || len(found.Accounts) != 1 {
		t.Fatalf("stored are %d accounts, %v", len(found.Accounts), err)
	}
	return found.Accounts[0]
}

// withFigures runs test in a bubble with an account that was used a day ago,
// and whose answers carry figures.
func withFigures(t *testing.T, test func(t *testing.T, eng *multiaccount.Engine, p *figuresProvider, store *countedStore)) {
	t.Helper()
	inBubble(t, func(t *testing.T) {
		store, p := &countedStore{Memory: persistence.NewMemory()}, &figuresProvider{plainProvider: plainProvider{name: "plain"}}
		fill(t, store, 1)
		eng := open(t, multiaccount.Config{Providers: []providers.Provider{p}, Settings: quiet(), Store: store})
		test(t, eng, p, store)
	})
}

// use makes one request; figures is set when its answer carries some.
func use(t *testing.T, eng *multiaccount.Engine, figures bool) {
	t.Helper()
	lease, err := poolOf(t, eng, "plain").Acquire(t.Context(), multiaccount.Request{})
	if err != nil {
		t.Fatal(err)
	}
	outcome := multiaccount.Outcome{Status: http.StatusOK}
	if figures {
		outcome.Header = http.Header{}
	}
	lease.Done(outcome)
}

// However often figures change, they are stored once in 30 s, and at the end.
func TestFiguresAreStoredRarely(t *testing.T) {
	withFigures(t, func(t *testing.T, eng *multiaccount.Engine, p *figuresProvider, store *countedStore) {
		for i := range int64(1000) {
			use(t, eng, true)
			synctest.Wait()
			stored := store.stored(t)
			if lag := time.Since(stored.LastUsedAt); i >= 300 && lag > 30*time.Second {
				t.Fatalf("after %d answers the last use that is stored was %v ago", i, lag)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if n := store.writes.Load(); n != 3 {
			t.Errorf("%d writes in 100 s", n)
		}
		closeEngine(t, eng)
		last := store.stored(t)
		if n := store.writes.Load(); n != 4 || len(last.Usage) != 1 || last.Usage[0].Utilization != p.used(1000) {
			t.Errorf("after Close: %d writes, usage %+v", n, last.Usage)
		}
	})
}

// A change that is stored at once takes the figures along.
func TestFiguresGoAlong(t *testing.T) {
	withFigures(t, func(t *testing.T, eng *multiaccount.Engine, p *figuresProvider, store *countedStore) {
		use(t, eng, true)
		use(t, eng, true)
		if err := poolOf(t, eng, "plain").Rename(t.Context(), store.stored(t).ID, "renamed"); err != nil {
			t.Fatal(err)
		}
		got := store.stored(t)
		if got.Label != "renamed" || len(got.Usage) != 1 || got.Usage[0].Utilization != p.used(2) {
			t.Errorf("stored with the name: label %q, usage %+v", got.Label, got.Usage)
		}
		time.Sleep(time.Minute)
		if n := store.writes.Load(); n != 1 {
			t.Errorf("%d writes", n)
		}
	})
}

// Figures that wait are on top of what another process stores meanwhile.
func TestFiguresOutlastAnothersChange(t *testing.T) {
	withFigures(t, func(t *testing.T, eng *multiaccount.Engine, p *figuresProvider, store *countedStore) {
		use(t, eng, true)
		key := persistence.Key{Provider: "plain", ID: store.stored(t).ID}
		if _, err := store.Memory.Update(t.Context(), key, func(r *account.Record) { r.Label = "theirs" }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		got := store.stored(t)
		if got.Label != "theirs" || len(got.Usage) != 1 || got.Usage[0].Utilization != p.used(1) {
			t.Errorf("stored: label %q, usage %+v", got.Label, got.Usage)
		}
	})
}

// The last use alone is stored 30 s later, and when it is a while off only.
func TestLastUseIsStoredRarely(t *testing.T) {
	withFigures(t, func(t *testing.T, eng *multiaccount.Engine, _ *figuresProvider, store *countedStore) {
		before := store.stored(t).LastUsedAt
		use(t, eng, false)
		began := time.Now()
		time.Sleep(29 * time.Second)
		if got := store.stored(t).LastUsedAt; !got.Equal(before) {
			t.Errorf("stored at once: %v", got)
		}
		time.Sleep(2 * time.Second)
		if got := store.stored(t).LastUsedAt; !got.Equal(began) {
			t.Errorf("stored is %v, want %v", got, began)
		}
		use(t, eng, false)
		time.Sleep(time.Minute)
		if n := store.writes.Load(); n != 1 {
			t.Errorf("%d writes", n)
		}
	})
}
