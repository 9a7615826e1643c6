package policy_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/policy"
)

var (
	builtIn = []string{policy.Sticky, policy.RoundRobin, policy.Hybrid, policy.DrainFirst}
	sizes   = []int{10, 1_000, 10_000, 100_000}
)

// busyPool returns a pool of n accounts with figures of their own, used lately.
func busyPool(tb testing.TB, strategy string, n int) *policy.Pool {
	tb.Helper()
	p, err := policy.NewPool(policy.Options{Strategy: strategy})
	if err != nil {
		tb.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		p.Put(quotaFacts(i, rng), start)
	}
	return p
}

func quotaFacts(i int, rng *rand.Rand) policy.Facts {
	return policy.Facts{
		ID: fmt.Sprintf("0190c5a2-0000-7000-8000-%012d", i), Eligible: true, Weight: 1 + i%3,
		LastUsed: start.Add(-time.Duration(rng.IntN(3600)) * time.Second),
		Windows: []policy.Window{
			{Utilization: float64(rng.IntN(100)), Length: 5 * time.Hour, ResetAt: start.Add(time.Duration(rng.IntN(18_000)) * time.Second)},
			{Utilization: float64(rng.IntN(100)), Length: 168 * time.Hour, ResetAt: start.Add(time.Duration(rng.IntN(600_000)) * time.Second)},
		},
	}
}

func eachPool(b *testing.B, run func(b *testing.B, p *policy.Pool, n int)) {
	b.Helper()
	for _, strategy := range builtIn {
		for _, n := range sizes {
			b.Run(fmt.Sprintf("strategy=%s/accounts=%d", strategy, n), func(b *testing.B) {
				p := busyPool(b, strategy, n)
				b.ReportAllocs()
				run(b, p, n)
			})
		}
	}
}

// BenchmarkSelect measures a healthy pool; a millisecond passes between two requests.
func BenchmarkSelect(b *testing.B) {
	eachPool(b, func(b *testing.B, p *policy.Pool, _ int) {
		now := start
		for b.Loop() {
			now = now.Add(time.Millisecond)
			if !p.Select(&policy.Request{Affinity: "conversation", Model: "m"}, now).OK {
				b.Fatal("no account")
			}
		}
	})
}

// BenchmarkCoolAndSelect measures a pool of which 99 % are cooling: each time
// the account just picked cools, and the next one is picked.
func BenchmarkCoolAndSelect(b *testing.B) {
	eachPool(b, func(b *testing.B, p *policy.Pool, n int) {
		now := start
		rng := rand.New(rand.NewPCG(3, 4))
		facts := make([]policy.Facts, n)
		pause := time.Duration(n*99/100) * time.Millisecond
		for i := range n {
			facts[i] = quotaFacts(i, rng)
			if i%100 != 0 {
				facts[i].CoolUntil = start.Add(time.Duration(i) * time.Millisecond)
				p.Put(facts[i], now)
			}
		}
		for b.Loop() {
			now = now.Add(time.Millisecond)
			c := p.Select(&policy.Request{Model: "m"}, now)
			if !c.OK {
				b.Fatal(c.Reason)
			}
			f := facts[c.Slot]
			f.CoolUntil, f.RateLimitedAt = now.Add(pause), now
			p.Put(f, now)
		}
	})
}

// BenchmarkMemory reports what an account costs.
func BenchmarkMemory(b *testing.B) {
	for _, strategy := range builtIn {
		b.Run("strategy="+strategy, func(b *testing.B) {
			const n = 10_000
			var before, after runtime.MemStats
			for b.Loop() {
				runtime.GC()
				runtime.ReadMemStats(&before)
				p := busyPool(b, strategy, n)
				runtime.GC()
				runtime.ReadMemStats(&after)
				runtime.KeepAlive(p)
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/account")
		})
	}
}
