package multiaccount_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
)

// What is bound to accounts gets one of them, by a lease and by a token source.
func TestWithAccounts(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, pool := openPlain(t, &plainProvider{}, quiet())
		add(t, pool, "first")
		second := add(t, pool, "second")
		ctx := multiaccount.WithAccounts(t.Context(), second)
		lease, err := pool.Acquire(ctx, multiaccount.Request{})
		if err != nil || lease.AccountID() != second {
			t.Fatalf("leased %v, %v", lease, err)
		}
		lease.Done(multiaccount.Outcome{Status: 200})
		if token, err := pool.TokenSource(ctx).Token(); err != nil || token.AccessToken != "access-second" {
			t.Errorf("the token is %v, %v", token, err)
		}
		if err := pool.SetEnabled(t.Context(), second, false); err != nil {
			t.Fatal(err)
		}
		for name, ids := range map[string][]string{"switched off": {second}, "not there": {"gone"}} {
			if _, err := pool.Acquire(multiaccount.WithAccounts(t.Context(), ids...), multiaccount.Request{}); !errors.Is(err, multiaccount.ErrNoAccounts) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := pool.Acquire(multiaccount.WithAccounts(ctx), multiaccount.Request{}); err != nil {
			t.Errorf("not bound any more: %v", err)
		}
	})
}

// Of requests that wait for an account, the greatest priority is first, then the
// oldest.
func TestWithPriority(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := quiet()
		s.MaxWait = time.Hour
		_, pool := openPlain(t, &plainProvider{}, s)
		add(t, pool, "only", func(a *multiaccount.NewAccount) { a.MaxInFlight = 1 })
		lease := acquire(t, pool, multiaccount.Request{})
		served := make(chan string, 4)
		for _, ask := range []struct {
			name     string
			priority int
		}{{"low", -1}, {"normal", 0}, {"high", 2}, {"high too", 2}} {
			go func() {
				lease, err := pool.Acquire(multiaccount.WithPriority(context.Background(), ask.priority), multiaccount.Request{})
				if err != nil {
					t.Error(err)
					return
				}
				served <- ask.name
				lease.Done(multiaccount.Outcome{Status: 200})
			}()
			synctest.Wait()
		}
		lease.Done(multiaccount.Outcome{Status: 200})
		var order []string
		for range cap(served) {
			order = append(order, <-served)
		}
		if want := []string{"high", "high too", "normal", "low"}; !slices.Equal(order, want) {
			t.Errorf("served %v, want %v", order, want)
		}
	})
}
