package multiprocess_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// questions are asked of each account, by this many callers at once.
type questions struct {
	Accounts []string
	Callers  int
}

// ask sends the questions and returns what went wrong.
func ask(ctx context.Context, c *peer.Child, arg questions) ([]string, error) {
	base := &http.Transport{MaxIdleConnsPerHost: arg.Callers}
	defer base.CloseIdleConnections()
	client := &http.Client{Transport: c.Pool.Transport(base)}
	var mu sync.Mutex
	var failures []string
	var asking sync.WaitGroup
	for _, id := range arg.Accounts {
		for range arg.Callers {
			asking.Go(func() {
				answer, err := rig.Ask(multiaccount.WithAccount(ctx, id), client, c.Config.BaseURL)
				if err == nil && answer.Status == http.StatusOK {
					return
				}
				mu.Lock()
				defer mu.Unlock()
				failures = append(failures, fmt.Sprintf("%s: status %d, %v", id, answer.Status, err))
			})
		}
	}
	asking.Wait()
	return failures, nil
}

// Again and again every token ends at once, and all processes need all
// accounts: each expiry costs one exchange for each account, no request
// fails, and no refresh token is spent twice.
func TestManyExpiries(t *testing.T) {
	const processes, accounts, expiries = 4, 6, 12
	w := newWorld(t, providertest.Options{})
	var q questions
	handles := map[string]*providertest.AccountHandle{}
	for i := range accounts {
		h := w.srv.AddAccount(providertest.Account{})
		id := w.add(t, fmt.Sprintf("account-%d", i), h, func(*account.Record) {})
		handles[id] = h
		q.Accounts = append(q.Accounts, id)
	}
	q.Callers = 3
	all := w.start(t, processes)
	for range expiries {
		w.srv.ExpireAll()
		for _, p := range all {
			p.Order(t, "ask", q)
		}
		for _, p := range all {
			var failures []string
			p.Result(t, &failures)
			for _, f := range failures {
				t.Errorf("process %d: %s", p.ID(), f)
			}
		}
	}
	end(t, all)
	stats := w.srv.Stats()
	if stats.RefreshTokensSpentTwice != 0 {
		t.Errorf("%d refresh tokens spent twice", stats.RefreshTokensSpentTwice)
	}
	for id, r := range w.stored(t) {
		h := handles[id]
		if n := stats.RefreshesByAccount[h.Name()]; n != expiries || r.Generation != expiries+1 {
			t.Errorf("%s: %d exchanges and generation %d after %d expiries", id, n, r.Generation, expiries)
		}
		if r.Credentials.RefreshToken.Reveal() != h.RefreshToken() {
			t.Errorf("%s: the token issued last is not stored", id)
		}
	}
}
