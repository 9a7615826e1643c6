package multiprocess_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// pin has each account pinned by a caller of its own, at once.
func pin(ctx context.Context, c *peer.Child, ids []string) (int, error) {
	errs := make([]error, len(ids))
	var callers sync.WaitGroup
	for i, id := range ids {
		callers.Go(func() { errs[i] = c.Pool.Pin(ctx, id) })
	}
	callers.Wait()
	return len(ids), errors.Join(errs...)
}

// agree returns when the process takes the pool for pinned to an account.
func agree(ctx context.Context, c *peer.Child, id string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, rig.Patience/2)
	defer cancel()
	for {
		all, err := c.Pool.Accounts(ctx)
		if err != nil {
			return "", err
		}
		i := slices.IndexFunc(all, func(a multiaccount.AccountStatus) bool { return a.Pinned })
		if (i < 0 && id == "") || (i >= 0 && all[i].ID == id) {
			return id, nil
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("not pinned to %q (of %d, the pinned one is number %d): %w", id, len(all), i, ctx.Err())
		case <-time.After(time.Millisecond): // there is no event of a pin
		}
	}
}

// Many callers of many processes pin at the same time: at rest the disk and every
// process agree on whom.
func TestPinsAgree(t *testing.T) {
	const processes, rounds = 3, 30
	w := newWorld(t, providertest.Options{})
	ids := make([]string, 4)
	for i := range ids {
		ids[i] = w.add(t, fmt.Sprintf("account-%d", i), w.srv.AddAccount(providertest.Account{}), func(*account.Record) {})
	}
	all := w.start(t, processes)
	for range rounds {
		for i, p := range all {
			p.Order(t, "pin", slices.Concat(ids[i:], ids[:i]))
		}
		for _, p := range all {
			p.Result(t, new(int))
		}
		found, err := w.store(t).Load(t.Context(), "anthropic")
		rig.Must(t, err)
		for _, p := range all {
			p.Order(t, "agree", found.Pool.Pinned)
		}
		for _, p := range all {
			p.Result(t, new(string))
		}
	}
	end(t, all)
}
