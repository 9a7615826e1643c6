package multiaccount_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
)

// stored returns a store that holds n accounts with fresh tokens.
func stored(tb testing.TB, n int) persistence.Store {
	tb.Helper()
	store := persistence.NewMemory()
	fill(tb, store, n)
	return store
}

func fill(tb testing.TB, store persistence.Store, n int) {
	tb.Helper()
	var wg sync.WaitGroup
	limit := make(chan struct{}, 64)
	for i := range n {
		limit <- struct{}{}
		wg.Go(func() {
			defer func() { <-limit }()
			if err := store.Create(context.Background(), benchRecord(i)); err != nil {
				tb.Errorf("Create: %v", err)
			}
		})
	}
	wg.Wait()
}

func benchRecord(i int) account.Record {
	return account.Record{
		ID: fmt.Sprintf("01890000-0000-7000-8000-%012d", i), Provider: "plain", Kind: account.OAuth, Lineage: account.Owned,
		Subject: fmt.Sprintf("subject-%d", i), Email: fmt.Sprintf("user-%d@example.test", i),
		Credentials: account.Credentials{
			AccessToken: account.NewSecret(fmt.Sprintf("access-%d", i)), RefreshToken: account.NewSecret(fmt.Sprintf("refresh-%d", i)),
			ExpiresAt: time.Now().Add(10 * time.Hour),
		},
		Generation: 1, Enabled: true, Weight: 1, AddedAt: time.Unix(int64(i), 0), LastUsedAt: time.Now().Add(-24 * time.Hour),
	}
}

func benchPool(b *testing.B, strategy settings.Strategy, accounts int) *multiaccount.Pool {
	b.Helper()
	s := quiet()
	s.AccountSelectionStrategy = strategy
	eng := open(b, multiaccount.Config{
		Providers: []providers.Provider{&plainProvider{name: "plain"}}, Settings: s, Store: stored(b, accounts),
	})
	return poolOf(b, eng, "plain")
}

// manyAccounts is how many accounts files hold where many count: fewer with -short.
func manyAccounts() int {
	if testing.Short() {
		return 1_000
	}
	return 10_000
}

// leaveOutInShort leaves out with -short what takes long for each account.
func leaveOutInShort(b *testing.B, accounts int) {
	b.Helper()
	if testing.Short() && accounts > manyAccounts() {
		b.Skipf("%d accounts: left out with -short", accounts)
	}
}

// BenchmarkAcquire is picking an account, getting its token and reporting a success.
func BenchmarkAcquire(b *testing.B) {
	for _, strategy := range []settings.Strategy{settings.StrategySticky, settings.StrategyRoundRobin, settings.StrategyHybrid, settings.StrategyDrainFirst} {
		for _, accounts := range []int{10, 1_000, 10_000, 100_000} {
			b.Run(fmt.Sprintf("strategy=%s/accounts=%d", strategy, accounts), func(b *testing.B) {
				leaveOutInShort(b, accounts)
				pool := benchPool(b, strategy, accounts)
				for range accounts { // each account once, where they take turns
					acquireOnce(b, pool)
				}
				b.ReportAllocs()
				b.ResetTimer()
				for b.Loop() {
					acquireOnce(b, pool)
				}
			})
		}
	}
}

// BenchmarkAcquireOnFiles is the same on files, with accounts that take turns:
// none was used today, and with figures each answer shows another utilization.
// Closing stores what is not stored yet.
func BenchmarkAcquireOnFiles(b *testing.B) {
	accounts := manyAccounts()
	for name, p := range map[string]providers.Provider{
		"use": &plainProvider{name: "plain"}, "figures": &figuresProvider{plainProvider: plainProvider{name: "plain"}},
	} {
		b.Run(fmt.Sprintf("strategy=round-robin/accounts=%d/learns=%s", accounts, name), func(b *testing.B) {
			c := filesConfig(b, accounts)
			c.Settings.AccountSelectionStrategy, c.Providers = settings.StrategyRoundRobin, []providers.Provider{p}
			eng, err := multiaccount.Open(context.Background(), c)
			if err != nil {
				b.Fatal(err)
			}
			pool, answer := poolOf(b, eng, "plain"), multiaccount.Outcome{Status: 200, Header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				acquireFor(b, pool, answer)
			}
			closing := time.Now()
			closeEngine(b, eng)
			b.ReportMetric(float64(time.Since(closing).Milliseconds()), "ms/close")
		})
	}
}

// BenchmarkAcquireParallel is the same with 32 callers, of one pool and of two.
func BenchmarkAcquireParallel(b *testing.B) {
	for _, pools := range []int{1, 2} {
		b.Run(fmt.Sprintf("callers=32/pools=%d", pools), func(b *testing.B) {
			all := make([]*multiaccount.Pool, pools)
			for i := range all {
				all[i] = benchPool(b, settings.StrategyRoundRobin, 10)
			}
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for caller := range 32 {
				wg.Go(func() {
					for range b.N / 32 {
						acquireOnce(b, all[caller%pools])
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acquisitions/s")
		})
	}
}

func acquireOnce(b *testing.B, pool *multiaccount.Pool) {
	acquireFor(b, pool, multiaccount.Outcome{Status: 200})
}

func acquireFor(b *testing.B, pool *multiaccount.Pool, outcome multiaccount.Outcome) {
	lease, err := pool.Acquire(context.Background(), multiaccount.Request{})
	if err != nil {
		b.Fatalf("Acquire: %v", err)
	}
	lease.Done(outcome)
}

// BenchmarkRefreshStampede is 10 000 callers of one expired account whose
// refresh takes 200 ms, until the last has its token.
func BenchmarkRefreshStampede(b *testing.B) {
	const callers, exchange = 10_000, 200 * time.Millisecond
	for b.Loop() {
		b.StopTimer()
		p := &plainProvider{refresh: func(context.Context, account.Credentials) (account.Grant, error) {
			time.Sleep(exchange)
			return account.Grant{AccessToken: account.NewSecret("fresh"), ExpiresAt: time.Now().Add(time.Hour)}, nil
		}}
		eng, pool := openPlain(b, p, quiet())
		add(b, pool, "a", expired)
		b.StartTimer()
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() { acquireOnce(b, pool) })
		}
		wg.Wait()
		b.StopTimer()
		closeEngine(b, eng)
		b.ReportMetric(float64(p.refreshes.Load()), "refreshes")
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/stampede")
}

// BenchmarkOpen is opening and closing an engine on files.
func BenchmarkOpen(b *testing.B) {
	for _, accounts := range []int{0, 10, manyAccounts()} {
		b.Run(fmt.Sprintf("accounts=%d", accounts), func(b *testing.B) {
			c := filesConfig(b, accounts)
			var opening, closing time.Duration
			for b.Loop() {
				begin := time.Now()
				eng, err := multiaccount.Open(context.Background(), c)
				if err != nil {
					b.Fatal(err)
				}
				opened := time.Now()
				closeEngine(b, eng)
				opening += opened.Sub(begin)
				closing += time.Since(opened)
			}
			b.ReportMetric(float64(opening.Microseconds())/1000/float64(b.N), "ms/open")
			b.ReportMetric(float64(closing.Microseconds())/1000/float64(b.N), "ms/close")
		})
	}
}

// BenchmarkMemory is what an idle account costs: the engine with many less the engine
// with none.
func BenchmarkMemory(b *testing.B) {
	accounts := manyAccounts()
	for b.Loop() {
		none, all := engineHeap(b, 0), engineHeap(b, accounts)
		b.ReportMetric(float64(all-none)/float64(accounts), "B/account")
	}
}

// engineHeap returns what an engine with that many accounts on files keeps.
func engineHeap(b *testing.B, accounts int) uint64 {
	b.Helper()
	c := filesConfig(b, accounts)
	before := heap()
	eng, err := multiaccount.Open(context.Background(), c)
	if err != nil {
		b.Fatal(err)
	}
	defer closeEngine(b, eng)
	return heap() - before
}

// filesConfig returns a config whose folder holds that many accounts.
func filesConfig(b *testing.B, accounts int) multiaccount.Config {
	b.Helper()
	dir := b.TempDir()
	files, err := persistence.OpenFiles(dir)
	if err != nil {
		b.Fatal(err)
	}
	fill(b, files, accounts)
	if err := files.Close(); err != nil {
		b.Fatal(err)
	}
	return multiaccount.Config{Dir: dir, Providers: []providers.Provider{&plainProvider{name: "plain"}}, Settings: quiet()}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
