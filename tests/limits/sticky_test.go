package limits_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// loyal waits for 3 s for a conversation's own account.
func loyal() settings.Settings {
	s := rig.Settings()
	s.MaxWait, s.StickyWait = 30*time.Second, 3*time.Second
	return s
}

// limitedFor has each 429 mean a limit of the next of these lengths, from then on.
func (w *world) limitedFor(lengths ...time.Duration) {
	w.says = func(a providers.Answer) account.Verdict {
		v := account.Verdict{Status: a.Status}
		if a.Status == http.StatusTooManyRequests {
			v.Class = account.ClassLimited
			v.Limits = []account.Limit{{Scope: account.ScopeAccount, Reason: "short", SeenAt: a.Now, Until: a.Now.Add(lengths[0])}}
			lengths = lengths[1:]
		}
		return v
	}
}

// converse sends a request of the conversation.
func (w *world) converse(ctx context.Context, tb testing.TB) {
	tb.Helper()
	req, err := http.NewRequestWithContext(multiaccount.WithAffinity(ctx, "x"), http.MethodPost, rig.PlainURL+"/v1/messages", http.NoBody)
	rig.Must(tb, err)
	resp, err := w.client.Do(req)
	rig.Must(tb, err)
	rig.Must(tb, resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		tb.Fatalf("status %d", resp.StatusCode)
	}
}

// A conversation's second turn meets limits of these lengths on its own
// account 0; the third comes after that.
func TestStickyWait(t *testing.T) {
	own, other := token(0), token(1)
	tests := []struct {
		name     string
		settings func(*settings.Settings)
		limits   []time.Duration
		timeout  time.Duration
		asked    []string
		took     time.Duration
	}{
		{name: "short", limits: []time.Duration{2 * time.Second}, asked: []string{own, own, own, own}, took: 2 * time.Second},
		{name: "long", limits: []time.Duration{10 * time.Second}, asked: []string{own, own, other, other}},
		{
			name: "twice within the time", limits: []time.Duration{time.Second, time.Second},
			asked: []string{own, own, own, own, own}, took: 2 * time.Second,
		},
		{
			name: "twice beyond the time", limits: []time.Duration{2 * time.Second, 2 * time.Second},
			asked: []string{own, own, own, other, other}, took: 2 * time.Second,
		},
		{
			name: "switched off", settings: func(s *settings.Settings) { s.StickyWait = 0 },
			limits: []time.Duration{time.Second}, asked: []string{own, own, other, other},
		},
		{
			name: "no waiting at all", settings: func(s *settings.Settings) { s.MaxWait = 0 },
			limits: []time.Duration{time.Second}, asked: []string{own, own, other, other},
		},
		{
			name: "the caller has less time", timeout: time.Second,
			limits: []time.Duration{2 * time.Second}, asked: []string{own, own, other, other},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				s := loyal()
				if tt.settings != nil {
					tt.settings(&s)
				}
				w := open(t, 2, s)
				w.limitedFor(tt.limits...)
				w.converse(t.Context(), t)
				for range tt.limits {
					w.wire.Next(own, http.StatusTooManyRequests)
				}
				ctx, began := t.Context(), time.Now()
				if tt.timeout > 0 {
					timed, cancel := context.WithTimeout(ctx, tt.timeout)
					defer cancel()
					ctx = timed
				}
				w.converse(ctx, t)
				if took := time.Since(began); took != tt.took {
					t.Errorf("it took %v, want %v", took, tt.took)
				}
				w.converse(t.Context(), t)
				if asked := w.wire.Tokens(); !slices.Equal(asked, tt.asked) {
					t.Errorf("asked %v, want %v", asked, tt.asked)
				}
			})
		})
	}
}

// Who waits for one account holds up nobody who waits for another, and leaves
// when its caller does.
func TestStickyWaitHoldsUpNobody(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 1, loyal())
		second := rig.Login(name(1))
		second.MaxInFlight = 1
		w.ids = append(w.ids, rig.Add(t, w.pool, second))
		w.limitedFor(2 * time.Second)
		acquire := func(ctx context.Context, affinity string) (*multiaccount.Lease, error) {
			return w.pool.Acquire(ctx, multiaccount.Request{Affinity: affinity})
		}
		mine, err := acquire(t.Context(), "mine")
		rig.Must(t, err)
		mine.Done(multiaccount.Outcome{Status: http.StatusTooManyRequests, Header: http.Header{}})
		rig.Await[multiaccount.AccountCooled](t, w.events)
		busy, err := acquire(t.Context(), "busy")
		rig.Must(t, err)

		began := time.Now()
		leaving, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := acquire(leaving, "mine")
			left <- err
		}()
		type served struct {
			id    string
			after time.Duration
		}
		ask := func(affinity string) <-chan served {
			got := make(chan served, 1)
			go func() {
				lease, err := acquire(t.Context(), affinity)
				if err != nil {
					t.Error(err)
					got <- served{}
					return
				}
				got <- served{lease.AccountID(), time.Since(began)}
				lease.Done(multiaccount.Outcome{Status: http.StatusOK})
			}()
			return got
		}
		own := ask("mine")
		synctest.Wait()
		other := ask("other")
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left got %v", err)
		}
		busy.Done(multiaccount.Outcome{Status: http.StatusOK})
		if got := <-other; got != (served{w.ids[1], 0}) {
			t.Errorf("the other conversation got %+v", got)
		}
		if got := <-own; got != (served{w.ids[0], 2 * time.Second}) {
			t.Errorf("the conversation got %+v", got)
		}
	})
}
