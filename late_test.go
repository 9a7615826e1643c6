package multiaccount_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
)

// lateStore stores changes at once and tells of it when the gate opens.
type lateStore struct {
	persistence.Store
	gate chan struct{}
}

func (s *lateStore) Update(ctx context.Context, key persistence.Key, mutate persistence.Mutation) (account.Record, error) {
	rec, err := s.Store.Update(ctx, key, mutate)
	<-s.gate
	return rec, err
}

// What was stored before another engine refreshed the login, and is told of
// only afterwards, does not bring the old token back.
func TestLateAnswerBringsNoOldTokenBack(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		shared := persistence.NewMemory()
		late := &lateStore{Store: shared, gate: make(chan struct{})}
		on := func(store persistence.Store) *multiaccount.Pool {
			p := &plainProvider{name: "plain"}
			return poolOf(t, open(t, multiaccount.Config{Providers: []providers.Provider{p}, Settings: quiet(), Store: store}), "plain")
		}
		slow, other := on(late), on(shared)
		id := add(t, slow, "a")
		time.Sleep(time.Second) // the bubble's: the other engine notices
		renamed := make(chan error)
		go func() { renamed <- slow.Rename(t.Context(), id, "renamed") }()
		synctest.Wait()
		if err := other.Refresh(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		close(late.gate)
		if err := <-renamed; err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // a look at the account waits for its writes
		s := statusOf(t, slow, id)
		lease := acquire(t, slow, multiaccount.Request{})
		if s.Generation != 2 || s.Label != "renamed" || lease.Token() == "access-a" {
			t.Errorf("generation %d, label %q, token %q", s.Generation, s.Label, lease.Token())
		}
		lease.Done(multiaccount.Outcome{Status: 200})
	})
}
