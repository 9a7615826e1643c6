package policy_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

// TestPoolDecidesLikeAFullScan drives a pool through random histories and
// compares each of its answers with those of an oracle that scans everything.
func TestPoolDecidesLikeAFullScan(t *testing.T) {
	for _, strategy := range builtIn {
		t.Run(strategy, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				h := newHistory(t, strategy)
				for range rapid.IntRange(20, 250).Draw(t, "steps") {
					h.step()
				}
			})
		})
	}
}

// history is a pool, the oracle, and what has happened to both.
type history struct {
	*rapid.T
	pool   *policy.Pool
	oracle *oracle
	now    policy.Instant
	// setBack counts how often the clock was.
	setBack int
	ids     *rapid.Generator[string]
	models  *rapid.Generator[string]
	kinds   *rapid.Generator[account.Kind]
}

func newHistory(t *rapid.T, strategy string) *history {
	opts := policy.Options{
		Strategy: strategy, MaxFailures: 3,
		SoftQuotaPercent: rapid.SampledFrom([]float64{0, 80, 100}).Draw(t, "soft quota"),
	}
	pool, err := policy.NewPool(opts)
	if err != nil {
		t.Fatal(err)
	}
	most := rapid.SampledFrom([]int{2, 5, 12, 40}).Draw(t, "accounts")
	models := []string{"", "opus", "opus (fast)", "sonnet", "haiku"}
	if strategy == policy.RoundRobin {
		models = models[:1] // the turns of a model's own view are its own
	}
	kinds := rapid.SampledFrom([][]account.Kind{{account.OAuth}, {account.OAuth, account.APIKey}}).Draw(t, "kinds")
	return &history{
		T: t, kinds: rapid.SampledFrom(kinds), pool: pool, oracle: newOracle(opts), now: start,
		ids:    rapid.Map(rapid.IntRange(0, most-1), func(i int) string { return fmt.Sprintf("account-%02d", i) }),
		models: rapid.SampledFrom(models),
	}
}

func (h *history) step() {
	h.now += rapid.OneOf(
		rapid.Just(policy.Instant(0)),
		rapid.Map(rapid.Int64Range(0, int64(time.Minute)), func(d int64) policy.Instant { return policy.Instant(d) }),
		rapid.Map(rapid.Int64Range(0, 240), func(m int64) policy.Instant { return policy.Instant(m * int64(time.Minute)) }),
		rapid.Just(policy.Instant(30*time.Second)),
	).Draw(h.T, "time passes")
	if rapid.IntRange(0, 29).Draw(h.T, "clock") == 0 {
		h.now -= policy.Instant(time.Hour)
		h.setBack++
	}
	h.oracle.forget(h.now)
	switch rapid.IntRange(0, 11).Draw(h.T, "event") {
	case 0, 1, 2:
		h.put()
	case 3:
		h.remove()
	case 4:
		h.claim()
	case 5:
		h.release()
	default:
		h.ask()
	}
	h.oracle.forget(h.now)
	h.compare()
}

func (h *history) put() {
	f := h.facts()
	slot := h.pool.Put(f, h.now)
	h.oracle.put(f, int(slot), h.now)
}

func (h *history) remove() {
	id := h.ids.Draw(h.T, "removed")
	h.pool.Remove(id, h.now)
	h.oracle.remove(id, h.now)
}

func (h *history) claim() {
	id, claimed := h.ids.Draw(h.T, "claim"), rapid.Bool().Draw(h.T, "claimed")
	h.pool.SetClaimed(id, claimed, h.now)
	if a := h.oracle.find(id); a != nil {
		a.Claimed = claimed
	}
}

func (h *history) release() {
	id := h.ids.Draw(h.T, "released")
	h.pool.Release(id, h.now)
	h.oracle.release(id)
}

func (h *history) ask() {
	r := policy.Request{
		Affinity: h.affinity(),
		Model:    h.models.Draw(h.T, "model"),
		Exclude:  rapid.SliceOfN(h.ids, 0, 3).Draw(h.T, "tried"),
		Kind:     rapid.SampledFrom([]account.Kind{"", account.OAuth, account.APIKey}).Draw(h.T, "asked kind"),
	}
	if rapid.IntRange(0, 9).Draw(h.T, "pinned") == 0 {
		r.Pin = h.ids.Draw(h.T, "pin")
	}
	want := h.oracle.ask(r, h.now)
	got := h.pool.Select(&r, h.now)
	if got.OK != (want.accepted != nil) {
		h.Fatalf("request %+v: got %+v, want one of %v (%v)", r, got, want.accepted, want.reason)
	}
	if !got.OK {
		if got.Reason != want.reason || got.RetryAt != want.retryAt {
			h.Fatalf("request %+v: got %v, %d; want %v, %d", r, got.Reason, got.RetryAt, want.reason, want.retryAt)
		}
		return
	}
	id := h.pool.ID(got.Slot)
	if a := h.oracle.find(id); !takes(r, a) {
		h.Fatalf("request %+v: got %s, which is of kind %s", r, id, a.Kind)
	}
	if !slices.Contains(want.accepted, id) {
		h.Fatalf("request %+v: got %s, want one of %v", r, id, want.accepted)
	}
	if rebound := want.rebound != nil && want.rebound(id) && r.Affinity != ""; got.Rebound != rebound {
		h.Fatalf("request %+v: rebound %v, want %v", r, got.Rebound, rebound)
	}
	h.oracle.served(r, id, h.now)
}

// affinity draws a conversation, or none. When the clock was set back they are
// new ones: whether a binding that had expired revives is left open.
func (h *history) affinity() string {
	key := rapid.SampledFrom([]string{"", "", "x", "y", "z"}).Draw(h.T, "affinity")
	if key == "" {
		return ""
	}
	return fmt.Sprint(key, h.setBack)
}

// compare asks the pool about what both should agree on at any moment.
func (h *history) compare() {
	if got := h.pool.Active(); got != h.oracle.active {
		h.Fatalf("active %q, want %q", got, h.oracle.active)
	}
	if got, want := h.pool.Len(), len(h.oracle.all()); got != want {
		h.Fatalf("%d accounts, want %d", got, want)
	}
	id, model := h.ids.Draw(h.T, "looked at"), h.models.Draw(h.T, "for")
	others := slices.ContainsFunc(h.oracle.all(), func(a *known) bool {
		return a.ID != id && h.oracle.state(a, "", h.now) == policy.Usable
	})
	if got := h.pool.UsableBesides(id, h.now); got != others {
		h.Fatalf("usable besides %s: %v, want %v", id, got, others)
	}
	a := h.oracle.find(id)
	if a == nil {
		return
	}
	if got, want := h.pool.Usable(id, model, h.now), h.oracle.state(a, model, h.now) == policy.Usable; got != want {
		h.Fatalf("%s usable for %q: %v, want %v", id, model, got, want)
	}
	want := policy.Status{
		State: h.oracle.state(a, "", h.now), Until: a.wake("", h.now), InFlight: a.inFlight,
		Claimed: a.Claimed, Active: h.oracle.active == id,
	}
	if got, ok := h.pool.Status(id, h.now); !ok || got != want {
		h.Fatalf("%s: %+v, want %+v", id, got, want)
	}
}

func (h *history) facts() policy.Facts {
	f := policy.Facts{
		ID:          h.ids.Draw(h.T, "id"),
		Kind:        h.kinds.Draw(h.T, "kind"),
		Eligible:    rapid.IntRange(0, 7).Draw(h.T, "eligible") > 0,
		Claimed:     rapid.IntRange(0, 3).Draw(h.T, "claimed") == 0,
		Weight:      rapid.IntRange(0, 5).Draw(h.T, "weight"),
		Priority:    rapid.SampledFrom([]int{0, 0, 0, 1, -1}).Draw(h.T, "priority"),
		MaxInFlight: rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(h.T, "in flight"),
		Failures:    rapid.IntRange(0, 4).Draw(h.T, "failures"),
		LastUsed:    h.moment("last used", -time.Hour, time.Minute),
		CoolUntil:   h.moment("cool until", -time.Minute, 3*time.Hour),
	}
	if f.CoolUntil != 0 {
		f.ProbeAt = h.moment("probe at", -time.Minute, 3*time.Hour)
	}
	if rapid.Bool().Draw(h.T, "known quota") {
		f.Windows = rapid.SliceOfN(rapid.Custom(h.window), 0, 3).Draw(h.T, "windows")
	}
	f.RateLimitedAt = h.moment("limited", -time.Minute, 0)
	for range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(h.T, "cooldowns") {
		if model := h.models.Draw(h.T, "of model"); model != "" {
			f.ModelCooldowns = append(f.ModelCooldowns,
				policy.ModelCooldown{Model: model, Until: h.moment("until", -time.Minute, 3*time.Hour)})
		}
	}
	return f
}

func (h *history) window(t *rapid.T) policy.Window {
	w := policy.Window{
		Name:        rapid.SampledFrom([]string{"5h", "7d"}).Draw(t, "name"),
		Utilization: rapid.SampledFrom([]float64{0, 10, 30.5, 64, 79, 80, 95, 100, 120}).Draw(t, "utilization"),
		Length:      rapid.SampledFrom([]time.Duration{0, time.Hour, 5 * time.Hour, 168 * time.Hour}).Draw(t, "length"),
	}
	if left := rapid.Int64Range(-1, 40).Draw(t, "left"); left >= 0 {
		w.ResetAt = h.now.Add(max(time.Hour, w.Length) / 36 * time.Duration(left))
	}
	return w
}

// moment draws zero or a moment within the bounds around now.
func (h *history) moment(label string, from, to time.Duration) policy.Instant {
	if rapid.Bool().Draw(h.T, label+": ever") {
		return h.now.Add(time.Duration(rapid.Int64Range(int64(from/time.Second), int64(to/time.Second)).Draw(h.T, label)) * time.Second)
	}
	return 0
}
