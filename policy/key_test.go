package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/policy"
)

// A key of any length ties its conversation to an account, and is kept as 64
// bytes at most.
func TestLongKeysAreKeptShort(t *testing.T) {
	keys := []string{"x", strings.Repeat("x", 64), strings.Repeat("x", 65), strings.Repeat("x", 1<<20), strings.Repeat("x", 1<<20) + "y", "\xff", "\xfe", "a\x1b[2Jb"}
	p := newPool(t, policy.Sticky, ready("a"), ready("b"))
	for _, key := range keys {
		p.Select(&policy.Request{Affinity: key}, start)
		p.Own(key, "a", start)
	}
	saved := p.TakeBindings()
	for _, b := range slices.Concat(saved, p.TakeOwned()) {
		if len(b.Key) > 64 || strings.ToValidUTF8(b.Key, "?") != b.Key {
			t.Errorf("a key of %d bytes is kept", len(b.Key))
		}
	}
	if len(saved) != len(keys) {
		t.Errorf("%d keys have %d bindings", len(keys), len(saved))
	}
	after := newPool(t, policy.Sticky, ready("a"), ready("b"))
	after.RestoreBindings(saved, start)
	after.SetActive("b")
	for _, key := range keys {
		if c := after.Select(&policy.Request{Affinity: key}, start); after.ID(c.Slot) != "a" {
			t.Errorf("the conversation of a key of %d bytes moved", len(key))
		}
		if resource, owner := p.Owner([]string{key}, start); resource != key || owner != "a" {
			t.Errorf("the owner of %d bytes is %q", len(resource), owner)
		}
	}
}

// What an earlier version has stored under a long key counts for that key.
func TestLongKeysOfEarlierVersions(t *testing.T) {
	long := strings.Repeat("x", 100)
	p := newPool(t, policy.Sticky, ready("a"), ready("b"))
	p.RestoreBindings([]policy.Binding{{Key: long, Account: "b", UsedAt: start}}, start)
	p.SetActive("a")
	if c := p.Select(&policy.Request{Affinity: long}, start); p.ID(c.Slot) != "b" {
		t.Error("the conversation moved")
	}
}
