package multiprocess_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// crowd is how many callers ask for the account at once.
type crowd struct {
	Account string
	Callers int
}

// served is what the callers of one process got.
type served struct {
	First, Last time.Time
	// Tokens are those handed out, each once.
	Tokens   []string
	Failures []string
}

// acquire has a crowd ask, and tells when all of them have begun.
func acquire(ctx context.Context, c *peer.Child, arg crowd) (served, error) {
	var mu sync.Mutex
	var s served
	var begun, done sync.WaitGroup
	begun.Add(arg.Callers)
	for range arg.Callers {
		done.Go(func() {
			begun.Done()
			lease, err := c.Pool.Acquire(ctx, multiaccount.Request{Account: arg.Account})
			mu.Lock()
			defer mu.Unlock()
			s.take(lease, err)
		})
	}
	begun.Wait()
	c.Note("asked")
	done.Wait()
	return s, nil
}

// take counts one caller's lease, and ends it.
func (s *served) take(lease *multiaccount.Lease, err error) {
	if err != nil {
		s.Failures = append(s.Failures, err.Error())
		return
	}
	s.Last = time.Now()
	if s.First.IsZero() {
		s.First = s.Last
	}
	known := false
	for _, t := range s.Tokens {
		known = known || t == lease.Token()
	}
	if !known {
		s.Tokens = append(s.Tokens, lease.Token())
	}
	lease.Done(multiaccount.Outcome{Status: 200})
}

const (
	stampedeProcesses = 16
	stampedeCallers   = 100
)

// expired is a world with one account whose token has ended.
func expired(tb testing.TB, o providertest.Options) (world, *providertest.AccountHandle) {
	tb.Helper()
	w := newWorld(tb, o)
	alice := w.srv.AddAccount(providertest.Account{})
	w.add(tb, "alice", alice, func(r *account.Record) { r.Credentials.ExpiresAt = time.Now().Add(-time.Hour) })
	return w, alice
}

// check looks at what all processes got, and returns how long after the first
// caller with a token the last one had it.
func (w world) check(tb testing.TB, alice *providertest.AccountHandle, all []served) time.Duration {
	tb.Helper()
	first, last := all[0].First, all[0].Last
	for i, s := range all {
		for _, f := range s.Failures {
			tb.Errorf("process %d: %s", i, f)
		}
		if len(s.Tokens) != 1 || s.Tokens[0] != alice.AccessToken() {
			tb.Errorf("process %d got %d tokens, want the one that was issued", i, len(s.Tokens))
		}
		if s.First.Before(first) {
			first = s.First
		}
		if s.Last.After(last) {
			last = s.Last
		}
	}
	if s := w.srv.Stats(); s.Refreshes != 1 || s.ByEndpoint[providertest.Token] != 1 || s.RefreshTokensSpentTwice != 0 {
		tb.Errorf("%d exchanges, %d tokens spent twice", s.ByEndpoint[providertest.Token], s.RefreshTokensSpentTwice)
	}
	return last.Sub(first)
}

// However many ask in however many processes, one exchange serves them all.
func TestRefreshStampede(t *testing.T) {
	w, alice := expired(t, providertest.Options{})
	gate := alice.HoldExchanges(providertest.AfterSpending)
	all := w.start(t, stampedeProcesses)
	for _, p := range all {
		p.Order(t, "acquire", crowd{Account: "alice", Callers: stampedeCallers})
	}
	for _, p := range all {
		var asked string
		p.Note(t, &asked)
	}
	rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	gate.Release()
	spread := w.check(t, alice, results(t, all))
	t.Logf("the last of %d callers had the token %v after the first", stampedeProcesses*stampedeCallers, spread)
	end(t, all)
	r := w.stored(t)["alice"]
	if r.Generation != 2 || r.Credentials.RefreshToken.Reveal() != alice.RefreshToken() {
		t.Errorf("stored is generation %d, want 2 with the token issued last", r.Generation)
	}
}

func results(tb testing.TB, all []*peer.Process) []served {
	tb.Helper()
	got := make([]served, len(all))
	for i, p := range all {
		p.Result(tb, &got[i])
	}
	return got
}

// BenchmarkRefreshStampede reports how long after the first caller the last
// one has the token, all processes together. The exchange takes 200 ms.
func BenchmarkRefreshStampede(b *testing.B) {
	b.Run("processes=16", func(b *testing.B) {
		var total, worst time.Duration
		for range b.N {
			b.StopTimer()
			w, alice := expired(b, providertest.Options{TokenDelay: 200 * time.Millisecond})
			all := w.start(b, stampedeProcesses)
			b.StartTimer()
			for _, p := range all {
				p.Order(b, "acquire", crowd{Account: "alice", Callers: stampedeCallers})
			}
			spread := w.check(b, alice, results(b, all))
			b.StopTimer()
			end(b, all)
			total, worst = total+spread, max(worst, spread)
			b.StartTimer()
		}
		b.ReportMetric(float64(total.Microseconds())/1000/float64(b.N), "ms-last-after-first")
		b.ReportMetric(float64(worst.Microseconds())/1000, "ms-worst")
	})
}
