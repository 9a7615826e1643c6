package policy_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/policy"
)

// What a conversation asks a small model for moves alone when that model is limited,
// stays where it went, and leaves the conversation with its account.
func TestPartOfAConversationMovesAlone(t *testing.T) {
	p := newPool(t, policy.Sticky, ready("a"), ready("b"))
	asked := func(model string, at policy.Instant) string {
		t.Helper()
		return p.ID(p.Select(&policy.Request{Affinity: "c", Model: model}, at).Slot)
	}
	if got := asked("large", start) + asked("small", start); got != "aa" {
		t.Fatalf("it began on %s", got)
	}
	p.Put(ready("a", coolingFor("small", time.Minute)), start)
	if got := asked("small", start) + asked("large", start) + asked("small", start); got != "bab" {
		t.Errorf("while the small model is limited %s served, want bab", got)
	}
	later := start.Add(time.Hour)
	if got := asked("small", later) + asked("large", later); got != "ba" {
		t.Errorf("an hour later %s served, want ba", got)
	}
	after := newPool(t, policy.Sticky, ready("a"), ready("b"))
	after.RestoreBindings(p.TakeBindings(), later)
	p = after
	if got := asked("small", later) + asked("large", later); got != "ba" {
		t.Errorf("after a restart %s served, want ba", got)
	}
}

// An account that is limited for all models is left for good, by all of a
// conversation.
func TestWholeConversationMoves(t *testing.T) {
	p := newPool(t, policy.Sticky, ready("a"), ready("b"))
	p.Select(&policy.Request{Affinity: "c", Model: "large"}, start)
	p.Put(ready("a", func(f *policy.Facts) { f.CoolUntil = start.Add(time.Minute) }), start)
	for _, model := range []string{"small", "large", "small"} {
		if got := p.ID(p.Select(&policy.Request{Affinity: "c", Model: model}, start).Slot); got != "b" {
			t.Errorf("%s is served by %s", model, got)
		}
	}
	if got := p.ID(p.Select(&policy.Request{Affinity: "c", Model: "large"}, start.Add(time.Hour)).Slot); got != "b" {
		t.Errorf("an hour later it is served by %s", got)
	}
}
