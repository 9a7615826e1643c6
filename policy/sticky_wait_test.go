package policy_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/policy"
)

const stickyWait = 3 * time.Second

// limitedFor is set on an account that answers 429 at the start, for d.
func limitedFor(d time.Duration) func(*policy.Facts) {
	return func(f *policy.Facts) { f.CoolUntil, f.RateLimitedAt = start.Add(d), start }
}

// patient is a request of the conversation that may wait for half a minute.
func patient(tried ...string) policy.Request {
	return policy.Request{Affinity: "x", Exclude: tried, WaitUntil: start.Add(30 * time.Second)}
}

func TestStickyWaitsForAWarmConversation(t *testing.T) {
	tests := []struct {
		name    string
		usedAt  time.Duration // before the limit
		own     policy.Facts
		other   policy.Facts
		request policy.Request
		waits   time.Duration
		moves   bool
	}{
		{name: "a short limit", own: ready("a", limitedFor(2*time.Second)), other: ready("b"), request: patient(), waits: 2 * time.Second},
		{name: "met by this very request", own: ready("a", limitedFor(2*time.Second)), other: ready("b"), request: patient("a"), waits: 2 * time.Second},
		{name: "of this model", own: ready("a", coolingFor("opus", time.Second)), other: ready("b"), request: withModel(patient(), "opus"), waits: time.Second},
		{name: "just as long as it may", own: ready("a", limitedFor(stickyWait)), other: ready("b"), request: patient(), waits: stickyWait},
		{name: "a longer limit", own: ready("a", limitedFor(stickyWait+1)), other: ready("b"), request: patient(), moves: true},
		{name: "a conversation gone cold", usedAt: 5 * time.Minute, own: ready("a", limitedFor(time.Second)), other: ready("b"), request: patient(), moves: true},
		{name: "a conversation still warm", usedAt: 5*time.Minute - 1, own: ready("a", limitedFor(time.Second)), other: ready("b"), request: patient(), waits: time.Second},
		{name: "no time to wait", own: ready("a", limitedFor(time.Second)), other: ready("b"), request: policy.Request{Affinity: "x"}, moves: true},
		{name: "waited already", own: ready("a", limitedFor(2*time.Second)), other: ready("b"), request: waited(patient(), 1500*time.Millisecond), moves: true},
		{name: "a higher priority elsewhere", own: ready("a", limitedFor(time.Second)), other: ready("b", priority(1)), request: patient(), moves: true},
		{name: "switched off", own: ready("a", limitedFor(time.Second), switched), other: ready("b"), request: patient(), moves: true},
		{name: "tried, but not limited", own: ready("a"), other: ready("b"), request: patient("a"), moves: true},
		{name: "the others are limited too", own: ready("a", limitedFor(2*time.Second)), other: ready("b", limitedFor(time.Second)), request: patient(), waits: 2 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := stickyPool(t, start.Add(-tt.usedAt))
			p.Put(tt.own, start)
			p.Put(tt.other, start)
			c := p.Select(&tt.request, start)
			switch {
			case tt.moves && (p.ID(c.Slot) != "b" || !c.OK || !c.Rebound):
				t.Errorf("%+v, want a move", c)
			case !tt.moves && (c.OK || c.Reason != policy.OwnLimited || c.RetryAt != start.Add(tt.waits)):
				t.Errorf("%+v, want a wait of %v", c, tt.waits)
			}
		})
	}
}

// stickyPool has a conversation x bound to a, used at a moment.
func stickyPool(t *testing.T, usedAt policy.Instant) *policy.Pool {
	t.Helper()
	p := newPoolOf(t, policy.Options{StickyWait: stickyWait})
	p.Put(ready("a"), usedAt)
	p.Put(ready("b"), usedAt)
	if got := pick(p, policy.Request{Affinity: "x"}, usedAt); got != "a" {
		t.Fatalf("the conversation began on %s", got)
	}
	return p
}

func withModel(r policy.Request, model string) policy.Request {
	r.Model = model
	return r
}

func waited(r policy.Request, d time.Duration) policy.Request {
	r.Waited = d
	return r
}

// An account that was limited just now is spared by others; not by the
// conversation that waited for it, nor by its next turn.
func TestStickyComesBackAfterTheWait(t *testing.T) {
	p := stickyPool(t, start)
	p.Put(ready("a", limitedFor(2*time.Second)), start)
	if c := p.Select(new(patient("a")), start); c.Reason != policy.OwnLimited {
		t.Fatalf("%+v", c)
	}
	if got := pick(p, policy.Request{Affinity: "new"}, start); got != "b" {
		t.Errorf("another conversation got %s", got)
	}
	later := start.Add(2 * time.Second)
	if c := p.Select(new(waited(patient(), 2*time.Second)), later); p.ID(c.Slot) != "a" || c.Rebound {
		t.Errorf("%+v, want the conversation's own", c)
	}
	if got := pick(p, patient(), later.Add(5*time.Second)); got != "a" {
		t.Errorf("the next turn got %s", got)
	}
	if got := pick(p, policy.Request{Affinity: "newer"}, later); got != "b" {
		t.Errorf("a new conversation got %s", got)
	}
}

// A soft quota moves a conversation, however warm.
func TestStickyDoesNotStayAboveTheSoftQuota(t *testing.T) {
	p := newPoolOf(t, policy.Options{StickyWait: stickyWait, SoftQuotaPercent: 80}, ready("a"), ready("b"))
	if got := pick(p, patient(), start); got != "a" {
		t.Fatal(got)
	}
	p.Put(ready("a", window(80, 5*time.Hour, time.Hour)), start)
	if got := pick(p, patient(), start); got != "b" {
		t.Errorf("got %s", got)
	}
}
