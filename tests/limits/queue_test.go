package limits_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// queue is callers of a pool in the order in which they were served.
type queue struct {
	*world
	mu     sync.Mutex
	served []int
	failed []int
	all    sync.WaitGroup
}

// openQueue is a world with one account that serves one request at a time.
func openQueue(t *testing.T) *queue {
	t.Helper()
	q := &queue{world: open(t, 0, patient())}
	account := rig.Login("single")
	account.MaxInFlight = 1
	rig.Add(t, q.pool, account)
	return q
}

// call asks as the n-th, and holds the account for a second once it has it.
func (q *queue) call(ctx context.Context, t *testing.T, n int) {
	t.Helper()
	q.all.Go(func() {
		lease, err := q.pool.Acquire(ctx, multiaccount.Request{})
		q.note(n, err)
		if err != nil {
			return
		}
		time.Sleep(time.Second)
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	})
	synctest.Wait() // the next asks after this one
}

func (q *queue) note(n int, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err != nil {
		q.failed = append(q.failed, n)
		return
	}
	q.served = append(q.served, n)
}

// Places are given in the order in which they were asked for, also while more
// ask, and those who leave hold up nobody.
func TestPlacesAreGivenInOrder(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		q := openQueue(t)
		leaves, leave := context.WithCancel(t.Context())
		for n := range 6 {
			ctx := t.Context()
			if n == 2 || n == 4 {
				ctx = leaves
			}
			q.call(ctx, t, n)
		}
		leave()
		synctest.Wait()
		for n := 6; n < 12; n++ {
			time.Sleep(500 * time.Millisecond)
			q.call(t.Context(), t, n)
		}
		q.all.Wait()
		if want := []int{0, 1, 3, 5, 6, 7, 8, 9, 10, 11}; !slices.Equal(q.served, want) {
			t.Errorf("served %v, want %v", q.served, want)
		}
		slices.Sort(q.failed)
		if !slices.Equal(q.failed, []int{2, 4}) {
			t.Errorf("not served: %v", q.failed)
		}
	})
}

// The moment a limit ends, those who have waited for it come first.
func TestNobodyOvertakesAtTheEndOfALimit(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		q := openQueue(t)
		q.says = limited(endsAt(time.Now().Add(10 * time.Second)))
		q.report(t, http.StatusTooManyRequests)
		rig.Await[multiaccount.AccountCooled](t, q.events)
		for n := range 3 {
			q.call(t.Context(), t, n)
		}
		time.Sleep(10 * time.Second)
		for n := 3; n < 6; n++ {
			q.call(t.Context(), t, n)
		}
		q.all.Wait()
		if !slices.Equal(q.served, []int{0, 1, 2, 3, 4, 5}) {
			t.Errorf("served %v", q.served)
		}
	})
}

// A place is free again when the answer's body is closed, or when the caller
// leaves, whichever comes first.
func TestPlaceEndsWithTheBody(t *testing.T) {
	for name, end := range map[string]func(*http.Response, context.CancelFunc) error{
		"closed": func(r *http.Response, _ context.CancelFunc) error { return r.Body.Close() },
		"left":   func(_ *http.Response, cancel context.CancelFunc) error { cancel(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				q := openQueue(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, rig.PlainURL, http.NoBody)
				rig.Must(t, err)
				resp, err := q.client.Do(req)
				rig.Must(t, err)
				q.call(t.Context(), t, 1)
				if len(q.served) != 0 {
					t.Fatal("a second request is served beside the first")
				}
				rig.Must(t, end(resp, cancel))
				began := time.Now()
				q.all.Wait()
				if wait := time.Since(began); wait != time.Second { // its own
					t.Errorf("the next was done after %v", wait)
				}
				_ = resp.Body.Close() // in any case
			})
		})
	}
}

// Whoever waits for a place in vain is told until when that was.
func TestWaitForAPlaceEnds(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		q := openQueue(t)
		lease, err := q.pool.Acquire(t.Context(), multiaccount.Request{})
		rig.Must(t, err)
		began := time.Now()
		_, err = q.pool.Acquire(t.Context(), multiaccount.Request{})
		_ = failsWith[*multiaccount.AllAccountsLimitedError](t, err)
		if wait := time.Since(began); wait != 30*time.Second {
			t.Errorf("waited %v", wait)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err = q.pool.Acquire(ctx, multiaccount.Request{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	})
}
