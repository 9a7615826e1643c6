package etcd_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
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
		l, err := s.Lock(b.Context(), storeKey)
		must(b, err)
		_, err = l.(persistence.Lapsing).Reserve(b.Context(), 30*time.Second)
		must(b, err)
		must(b, l.Intend(account.Intent{Token: l.Record().Credentials.RefreshToken.Fingerprint(), At: begun}))
		_, err = l.Update(b.Context(), func(r *account.Record) {
			r.Credentials.RefreshToken = account.NewSecret("refresh-" + strconv.Itoa(n))
		})
		must(b, err)
		must(b, l.Settle())
		must(b, l.Unlock())
		took = append(took, time.Since(begun))
	}
	report(b, took)
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
