package etcd_test

import (
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
)

// BenchmarkAcquire takes a lease whose token is fresh: it asks etcd nothing.
func BenchmarkAcquire(b *testing.B) {
	s := newStage(b, 4, 0, false, startCluster(b).endpoints...)
	eng, err := openEngine(s.store, anthropic.New(anthropic.Options{BaseURL: s.config.BaseURL, TokenURL: s.config.TokenURL}))
	must(b, err)
	pool, err := eng.Pool("anthropic")
	must(b, err)
	for b.Loop() {
		lease, err := pool.Acquire(b.Context(), multiaccount.Request{})
		must(b, err)
		lease.Done(multiaccount.Outcome{Status: 200})
	}
	must(b, eng.Close(b.Context()))
}

// BenchmarkRefresh is what a refresh asks of etcd: the lock, its lease, the intent,
// the new login, and giving all that back.
func BenchmarkRefresh(b *testing.B) {
	s := closing(b, open(b, fleet(b, "bench", startCluster(b).endpoints...)))
	must(b, s.Create(b.Context(), storetest.Record("a")))
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		begun := time.Now()
		refreshOnce(b, s, storeKey, n)
		took = append(took, time.Since(begun))
	}
	report(b, took)
}

// refreshOnce does what the engine asks of a store for one refresh.
func refreshOnce(tb testing.TB, s *etcd.Store, key persistence.Key, n int) {
	tb.Helper()
	l, err := s.Lock(tb.Context(), key)
	must(tb, err)
	_, err = l.(persistence.Lapsing).Reserve(tb.Context(), 30*time.Second)
	must(tb, err)
	must(tb, l.Intend(account.Intent{Token: l.Record().Credentials.RefreshToken.Fingerprint(), At: time.Now()}))
	_, err = l.Update(tb.Context(), func(r *account.Record) {
		r.Credentials.RefreshToken = account.NewSecret("refresh-" + strconv.Itoa(n))
	})
	must(tb, err)
	must(tb, l.Settle())
	must(tb, l.Unlock())
}

// BenchmarkClaim is the time from a claim until another store is told of it.
func BenchmarkClaim(b *testing.B) {
	o := fleet(b, "bench", startCluster(b).endpoints...)
	s, other := closing(b, open(b, o)), closing(b, open(b, o))
	told := make(chan map[string]bool, 1)
	stop, err := other.Watch(storetest.Provider, persistence.Watching{
		Changed: func(string) {}, Present: func([]string) {}, Claimed: func(ids map[string]bool) { told <- ids },
	})
	must(b, err)
	defer stop()
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		begun := time.Now()
		must(b, s.Claim(storetest.Provider, []string{strconv.Itoa(n)}))
		<-told
		took = append(took, time.Since(begun))
	}
	report(b, took)
}

func report(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkRefreshOfMany has 64 accounts refreshed at once, by one store.
func BenchmarkRefreshOfMany(b *testing.B) {
	s := closing(b, open(b, fleet(b, "bench", startCluster(b).endpoints...)))
	var next atomic.Int64
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		rec := storetest.Record("a" + strconv.FormatInt(next.Add(1), 10))
		must(b, s.Create(b.Context(), rec))
		for n := 0; pb.Next(); n++ {
			refreshOnce(b, s, persistence.Key{Provider: rec.Provider, ID: rec.ID}, n)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "refreshes/s")
}

// BenchmarkReadOfMany is what every host does for each account that another changes.
func BenchmarkReadOfMany(b *testing.B) {
	s := closing(b, open(b, fleet(b, "bench", startCluster(b).endpoints...)))
	must(b, s.Create(b.Context(), storetest.Record("a")))
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, err := s.Read(b.Context(), storeKey)
			must(b, err)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
}
