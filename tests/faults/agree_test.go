package faults_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// wish is something that one engine is asked for, and how long the next one waits.
type wish struct {
	kind    string
	engine  int
	account int
	wait    time.Duration
}

func drawWishes(t *rapid.T) []wish {
	kinds := []string{"add", "login", "remove", "rename", "on", "off", "pin", "unpin", "limit", "reset", "refresh"}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) wish {
		return wish{
			kind:    rapid.SampledFrom(kinds).Draw(t, "kind"),
			engine:  rapid.IntRange(0, 1).Draw(t, "engine"),
			account: rapid.IntRange(0, 3).Draw(t, "account"),
			wait:    time.Duration(rapid.IntRange(0, 3).Draw(t, "wait")) * time.Millisecond,
		}
	}), 5, 40).Draw(t, "wishes")
}

// fulfil does what is wished. An error is an answer too.
func fulfil(pool *multiaccount.Pool, w wish, n int, id string) {
	ctx := context.Background()
	switch w.kind {
	case "add":
		_, _ = pool.Add(ctx, rig.Login(fmt.Sprintf("new-%d", n)))
	case "login":
		_, _ = pool.Add(ctx, rig.Login(fmt.Sprintf("account-%d", w.account)))
	case "remove":
		_ = pool.Remove(ctx, id)
	case "rename":
		_ = pool.Rename(ctx, id, fmt.Sprintf("name %d", n))
	case "on", "off":
		_ = pool.SetEnabled(ctx, id, w.kind == "on")
	case "pin":
		_ = pool.Pin(ctx, id)
	case "unpin":
		_ = pool.Pin(ctx, "")
	case "limit":
		if lease, err := pool.Acquire(ctx, multiaccount.Request{Account: id}); err == nil {
			lease.Done(multiaccount.Outcome{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"86400"}}})
		}
	case "reset":
		_ = pool.ResetCooldown(ctx, id)
	case "refresh":
		_ = pool.Refresh(ctx, id)
	}
}

// unreliable makes a store take its time, and fail now and then.
func unreliable(store *rig.Store, seed uint64) {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, 0))
	store.Before(func(op rig.Op) error {
		mu.Lock()
		wait, fails := time.Duration(random.IntN(4))*time.Millisecond, random.IntN(10) == 0
		mu.Unlock()
		time.Sleep(wait)
		if fails && op != rig.OpLoad {
			return errDisk
		}
		return nil
	})
}

// openUnreliable opens an engine that may say at its end, truly, that it could
// not store everything: what an account learnt is tried once more when it is
// removed, and given up when the disk fails that, too, and then the removal.
func openUnreliable(t *testing.T, store persistence.Store) *multiaccount.Pool {
	t.Helper()
	eng, err := multiaccount.Open(t.Context(), multiaccount.Config{
		Providers: []providers.Provider{rig.NewProvider()}, Settings: rig.Settings(), Store: store,
	})
	rig.Must(t, err)
	t.Cleanup(func() {
		if err := eng.Close(context.Background()); err != nil && !errors.Is(err, errDisk) {
			t.Error(err)
		}
	})
	return rig.Pool(t, eng, rig.Plain)
}

// state is what an engine says of its accounts, as far as it is stored.
func state(t *testing.T, pool *multiaccount.Pool) string {
	t.Helper()
	all, err := pool.Accounts(t.Context())
	rig.Must(t, err)
	lines := make([]string, len(all))
	for i := range all {
		a := &all[i]
		lines[i] = fmt.Sprintf("%s %q enabled %v generation %d failures %d pinned %v cooling until %v",
			a.ID, a.Label, a.Enabled, a.Generation, a.Failures, a.Pinned, a.CooldownUntil)
	}
	slices.Sort(lines)
	var unavailable *multiaccount.AccountUnavailableError
	if _, err := pool.Acquire(t.Context(), multiaccount.Request{}); errors.As(err, &unavailable) {
		lines = append(lines, "all requests go to "+unavailable.AccountID)
	}
	return strings.Join(lines, "\n")
}

// Whatever two engines are asked for at once, on a store that fails now and then:
// at rest they say the same of every account, and so does one that is opened
// anew.
func TestEnginesAgreeAtRest(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		wishes, seed := drawWishes(r), rapid.Uint64().Draw(r, "seed")
		var first, second, fresh string
		rig.Bubble(t, func(t *testing.T) {
			inner := persistence.NewMemory()
			store := rig.NewStore(inner)
			one, two := openUnreliable(t, store), openUnreliable(t, store)
			ids := make([]string, 4)
			for i := range ids {
				ids[i] = rig.Add(t, one, rig.Login(fmt.Sprintf("account-%d", i)))
			}
			time.Sleep(time.Second) // until the other one knows them
			unreliable(store, seed)
			var all sync.WaitGroup
			for n, w := range wishes {
				all.Go(func() { fulfil([]*multiaccount.Pool{one, two}[w.engine], w, n, ids[w.account]) })
				time.Sleep(w.wait)
			}
			all.Wait()
			store.Fail(0, nil)
			time.Sleep(2 * time.Minute) // what failed is tried again
			_, three := rig.OpenStore(t, rig.NewProvider(), rig.Settings(), inner)
			first, second, fresh = state(t, one), state(t, two), state(t, three)
		})
		if _, id, pinned := strings.Cut(first, "all requests go to "); pinned && strings.Count(first, id) == 1 {
			r.Fatalf("all requests go to an account that was removed\n%s", first)
		}
		if first != second || first != fresh {
			r.Fatalf("the first says\n%s\nthe second\n%s\none opened anew\n%s", first, second, fresh)
		}
	})
}
