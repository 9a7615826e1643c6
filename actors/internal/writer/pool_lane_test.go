package writer

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// unevenStore takes its time for each operation, a different one each time: what
// is begun first need not end first.
type unevenStore struct {
	persistence.Store
	mu     sync.Mutex
	random *rand.Rand
}

func newUneven(store persistence.Store, seed uint64) *unevenStore {
	return &unevenStore{Store: store, random: rand.New(rand.NewPCG(seed, 0))}
}

func (u *unevenStore) pause() {
	u.mu.Lock()
	wait := time.Duration(u.random.IntN(5)) * time.Millisecond
	u.mu.Unlock()
	time.Sleep(wait)
}

func (u *unevenStore) Add(ctx context.Context, rec account.Record) error {
	u.pause()
	return persistence.AddTo(ctx, u.Store, rec)
}

func (u *unevenStore) Read(ctx context.Context, key persistence.Key) (account.Record, error) {
	u.pause()
	defer u.pause()
	return u.Store.Read(ctx, key)
}

func (u *unevenStore) Update(ctx context.Context, key persistence.Key, mutate persistence.Mutation) (account.Record, error) {
	u.pause()
	defer u.pause()
	return u.Store.Update(ctx, key, mutate)
}

func (u *unevenStore) Remove(ctx context.Context, key persistence.Key) error {
	u.pause()
	return u.Store.Remove(ctx, key)
}

func (u *unevenStore) Lock(ctx context.Context, key persistence.Key) (persistence.Locked, error) {
	u.pause()
	return u.Store.Lock(ctx, key)
}

func (u *unevenStore) Claim(provider string, ids []string) error {
	u.pause()
	return u.Store.Claim(provider, ids)
}

func (u *unevenStore) UpdatePool(ctx context.Context, provider string, mutate func(*persistence.PoolState)) (persistence.PoolState, error) {
	u.pause()
	defer u.pause()
	return u.Store.UpdatePool(ctx, provider, mutate)
}

// withWriters runs test in a bubble with n writers, each on a store
// of its own over the same data, as n processes have it.
func withWriters(t *testing.T, n int, seed uint64, store persistence.Store, test func(t *testing.T, writers []*Handle)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := runtime.New(zerolog.Nop())
		writers := make([]*Handle, n)
		for i := range writers {
			writers[i] = Spawn(s, newUneven(store, seed+uint64(i)))
		}
		t.Cleanup(func() {
			for _, w := range writers {
				if err := w.Close(context.Background()); err != nil {
					t.Errorf("Close: %v", err)
				}
			}
			s.Close()
			time.Sleep(time.Second) // past protoactor's dead-letter throttle
		})
		test(t, writers)
	})
}

func pinned(t *testing.T, store persistence.Store) (string, time.Time) {
	t.Helper()
	found, err := store.Load(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	return found.Pool.Pinned, found.Pool.PinnedAt
}

// Of pins at the same time the one that the mailbox got last is stored, and
// each is answered in its turn.
func TestPinsTakeTurns(t *testing.T) {
	store := persistence.NewMemory()
	withWriters(t, 1, 1, store, func(t *testing.T, writers []*Handle) {
		to := make(inbox, 100)
		for round := range 100 {
			for _, id := range []string{"a", "b", "c"} {
				writers[0].Tell(&messages.StorePin{Provider: "p", ID: id, At: time.Now(), ReplyTo: to})
			}
			var last time.Time
			for _, id := range []string{"a", "b", "c"} {
				m, _ := (<-to).(*messages.PinStored)
				if m.Err != nil || m.Asked.ID != id || m.Pinned != id || !m.PinnedAt.After(last) {
					t.Fatalf("round %d: %+v after %v", round, m, last)
				}
				last = m.PinnedAt
			}
			if id, at := pinned(t, store); id != "c" || !at.Equal(last) {
				t.Fatalf("round %d: %q is stored as pinned at %v", round, id, at)
			}
		}
	})
}

// Whoever stores a pin last has the later moment, also when the clock is behind
// that of the process before.
func TestPinsOfProcessesHaveOneOrder(t *testing.T) {
	store := persistence.NewMemory()
	withWriters(t, 2, 1, store, func(t *testing.T, writers []*Handle) {
		to := make(inbox, 2)
		now := time.Now()
		for i, at := range []time.Time{now, now.Add(-time.Hour), now.Add(-time.Hour), now} {
			writers[i%2].Tell(&messages.StorePin{Provider: "p", ID: string(rune('a' + i)), At: at, ReplyTo: to})
			m, _ := (<-to).(*messages.PinStored)
			id, stored := pinned(t, store)
			if id != m.Asked.ID || !stored.Equal(m.PinnedAt) || m.PinnedAt.Before(now) {
				t.Errorf("%q is stored as pinned at %v after %+v", id, stored, m)
			}
			now = m.PinnedAt
		}
	})
}

// A pin that is taken back for one account leaves alone the pin of another.
func TestPinThatIsReplaced(t *testing.T) {
	store := persistence.NewMemory()
	withWriters(t, 1, 1, store, func(t *testing.T, writers []*Handle) {
		to := make(inbox, 4)
		for _, m := range []*messages.StorePin{{ID: "b"}, {Replaces: "a"}, {Replaces: "b"}} {
			m.Provider, m.At, m.ReplyTo = "p", time.Now(), to
			writers[0].Tell(m)
		}
		for _, want := range []string{"b", "b", ""} {
			if m, _ := (<-to).(*messages.PinStored); m.Err != nil || m.Pinned != want {
				t.Errorf("%+v, want a pin to %q", m, want)
			}
		}
	})
}

// A pin waits for no exchange, and for nobody who waits for one: not for a
// refresh of this process, not for one of another process, and not for the
// decision about an account whose lock either holds.
func TestPinDuringExchangeAndDisabling(t *testing.T) {
	for _, exchange := range []string{"of this process", "of another"} {
		t.Run(exchange, func(t *testing.T) {
			withWriter(t, []string{"a", "b"}, func(t *testing.T, store *gatedStore, p *Handle) {
				to, pins := make(inbox, 4), make(inbox, 1)
				disable := failed(t, p, to, "a", "b")
				var theirs persistence.Locked
				if exchange == "of this process" {
					grantedRefresh(t, p, to)
				} else if locked, err := store.Lock(t.Context(), persistence.Key(keyOf("a"))); err == nil {
					theirs = locked
				}
				began := time.Now()
				p.Tell(disable)
				synctest.Wait()
				p.Tell(&messages.StorePin{Provider: "p", ID: "b", At: began, ReplyTo: pins})
				if m, _ := (<-pins).(*messages.PinStored); m.Err != nil || time.Since(began) > 0 {
					t.Errorf("a pin took %v (%v)", time.Since(began), m.Err)
				}
				if theirs != nil {
					if err := theirs.Unlock(); err != nil {
						t.Error(err)
					}
				}
				if m, _ := (<-to).(*messages.DisableDecided); !m.Disabled || time.Since(began) > lastPause {
					t.Errorf("decided after %v: %+v", time.Since(began), m)
				}
				p.Tell(&messages.AbortRefresh{Key: keyOf("a")})
			})
		})
	}
}

// lastPause is how long a store may take to notice that a lock is free.
const lastPause = 5 * time.Millisecond

// failed puts the fault of a login on record, and returns the question whether
// the account may be disabled for it.
func failed(t *testing.T, p *Handle, to inbox, id string, others ...string) *messages.DisableUnlessLast {
	t.Helper()
	fault := account.Fault{Kind: account.FaultReauth, Reason: "revoked", At: time.Now()}
	p.Tell(&messages.SaveAccount{Key: keyOf(id), ReplyTo: to, Mutate: func(r *account.Record) { r.Fault = &fault }})
	if m, _ := (<-to).(*messages.AccountSaved); m.Err != nil {
		t.Fatal(m.Err)
	}
	return &messages.DisableUnlessLast{Key: keyOf(id), Generation: 1, Fault: fault, Others: others, ReplyTo: to}
}

// What a process claims last is what others know, however long a write takes.
func TestClaimsTakeTurns(t *testing.T) {
	store := &claimedStore{Store: persistence.NewMemory()}
	withWriters(t, 1, 1, store, func(t *testing.T, writers []*Handle) {
		for n := range 50 {
			writers[0].Tell(&messages.ClaimAccounts{Provider: "p", IDs: make([]string, n+1)})
			if n%5 == 0 {
				time.Sleep(2 * time.Millisecond)
			}
		}
		flush(t, writers[0])
		if store.last != 50 {
			t.Errorf("the claim that came as number %d was written last", store.last)
		}
	})
}

// claimedStore remembers how many accounts were claimed last.
type claimedStore struct {
	persistence.Store
	last int
}

func (c *claimedStore) Claim(_ string, ids []string) error {
	c.last = len(ids)
	return nil
}

func flush(t *testing.T, p *Handle) {
	t.Helper()
	m := &messages.Flush{Reply: messages.NewReply[messages.Acknowledged]()}
	if done, err := runtime.Ask(t.Context(), p.Ref, m, m.Reply); err != nil || done.Err != nil {
		t.Errorf("flush: %v, %v", done.Err, err)
	}
}
