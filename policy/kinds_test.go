package policy_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

func kind(k account.Kind) func(*policy.Facts) { return func(f *policy.Facts) { f.Kind = k } }

// mixed returns a pool of a login and a key.
func mixed(t *testing.T, strategy string, changes ...func(*policy.Facts)) *policy.Pool {
	t.Helper()
	return newPool(t, strategy, ready("login", append(changes, kind(account.OAuth))...), ready("key", kind(account.APIKey)))
}

func TestKindLeavesOthersOut(t *testing.T) {
	for _, strategy := range builtIn {
		t.Run(strategy, func(t *testing.T) {
			p := mixed(t, strategy)
			for range 3 {
				if got := pick(p, policy.Request{Kind: account.APIKey, Affinity: "c"}, start); got != "key" {
					t.Errorf("a request for a key got %s", got)
				}
				if got := pick(p, policy.Request{Kind: account.OAuth, Affinity: "d"}, start); got != "login" {
					t.Errorf("a request for a login got %s", got)
				}
			}
		})
	}
}

func TestKindMovesTheConversation(t *testing.T) {
	p := mixed(t, policy.Sticky)
	pick(p, policy.Request{Affinity: "c", Kind: account.OAuth}, start)
	c := p.Select(&policy.Request{Affinity: "c", Kind: account.APIKey}, start)
	if !c.OK || p.ID(c.Slot) != "key" || !c.Rebound || c.Was != "login" || c.Left != "of another kind than can serve the request" {
		t.Errorf("%+v", c)
	}
}

func TestKindRefusals(t *testing.T) {
	tests := map[string]struct {
		pool *policy.Pool
		ask  policy.Request
		want policy.Choice
	}{
		"none of the kind": {
			newPool(t, policy.Sticky, ready("login", kind(account.OAuth))),
			policy.Request{Kind: account.APIKey},
			policy.Choice{Reason: policy.NoneOfKind},
		},
		"no account at all": {newPool(t, policy.Sticky), policy.Request{Kind: account.APIKey}, policy.Choice{Reason: policy.NoAccounts}},
		"pinned to another kind": {
			mixed(t, policy.Sticky), policy.Request{Pin: "login", Kind: account.APIKey}, policy.Choice{Reason: policy.PinOtherKind},
		},
		"all of the kind switched off": {
			mixed(t, policy.Sticky, switched), policy.Request{Kind: account.OAuth}, policy.Choice{Reason: policy.NoneEligible},
		},
		"all of the kind limited": {
			mixed(t, policy.Sticky, cooling(time.Minute)),
			policy.Request{Kind: account.OAuth},
			policy.Choice{Reason: policy.AllLimited, RetryAt: start.Add(time.Minute)},
		},
		"all of the kind limited for the model": {
			newPool(t, policy.Sticky, ready("login", kind(account.OAuth), coolingFor("m", time.Hour)), ready("key", kind(account.APIKey), coolingFor("m", time.Minute))),
			policy.Request{Kind: account.OAuth, Model: "m"},
			policy.Choice{Reason: policy.AllLimited, RetryAt: start.Add(time.Hour)},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := test.pool.Select(&test.ask, start)
			got.Seq, got.Slot = 0, 0
			if got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}

// TestProbeOfAnotherKind checks that nobody waits for what a probe of the other
// kind finds out.
func TestProbeOfAnotherKind(t *testing.T) {
	unsure := func(f *policy.Facts) { f.CoolUntil, f.ProbeAt = start.Add(time.Hour), start }
	p := newPool(t, policy.Sticky, ready("login", kind(account.OAuth), unsure), ready("key", kind(account.APIKey), cooling(time.Hour)))
	if got := pick(p, policy.Request{Kind: account.OAuth}, start); got != "login" {
		t.Fatalf("the probe went to %s", got)
	}
	if c := p.Select(&policy.Request{Kind: account.APIKey}, start); c.Probing {
		t.Errorf("%+v", c)
	}
	if c := p.Select(&policy.Request{Kind: account.OAuth}, start); !c.Probing {
		t.Errorf("%+v", c)
	}
}

// TestStickyWaitForAnotherKind checks that a warm conversation does not wait for
// an account that cannot serve it.
func TestStickyWaitForAnotherKind(t *testing.T) {
	login := ready("login", kind(account.OAuth))
	p := newPoolOf(t, policy.Options{StickyWait: time.Minute}, login, ready("key", kind(account.APIKey)))
	pick(p, policy.Request{Affinity: "c", Kind: account.OAuth}, start)
	login.CoolUntil = start.Add(time.Second)
	p.Put(login, start)
	if got := pick(p, policy.Request{Affinity: "c", Kind: account.APIKey, WaitUntil: start.Add(time.Minute)}, start); got != "key" {
		t.Errorf("got %s", got)
	}
}

// TestKindInDecisions checks that a decision says whom the kind left out, and is
// replayed with it.
func TestKindInDecisions(t *testing.T) {
	p := mixed(t, policy.Sticky)
	pick(p, policy.Request{Kind: account.APIKey}, start)
	all := p.Decisions(0)
	if d := all[0]; d.Kind != account.APIKey || d.Considered[0].Why != "of another kind than can serve the request" || d.Counts[policy.Ineligible] != 0 {
		t.Errorf("%+v", d)
	}
	replayed, err := policy.Replay(all, policy.Options{Strategy: policy.Hybrid})
	if err != nil || replayed.Chosen[0] != "key" {
		t.Errorf("%v, %v", replayed, err)
	}
}

// TestKindAfterReconfigure checks that another strategy keeps the kinds apart.
func TestKindAfterReconfigure(t *testing.T) {
	p := mixed(t, policy.Sticky)
	pick(p, policy.Request{Kind: account.APIKey}, start)
	if err := p.Reconfigure(policy.Options{Strategy: policy.RoundRobin}, start); err != nil {
		t.Fatal(err)
	}
	if got := picks(p, 3, policy.Request{Kind: account.APIKey}); got != "key key key" {
		t.Error(got)
	}
	p.Remove("key", start)
	if got := pick(p, policy.Request{Kind: account.APIKey}, start); got != "["+policy.NoneOfKind.String()+"]" {
		t.Error(got)
	}
}

// BenchmarkSelectKind measures a pool of which every second account is a key,
// asked for keys.
func BenchmarkSelectKind(b *testing.B) {
	for _, strategy := range builtIn {
		for _, n := range sizes {
			b.Run(fmt.Sprintf("strategy=%s/accounts=%d", strategy, n), func(b *testing.B) {
				p, now := busyPool(b, strategy, n), start
				rng := rand.New(rand.NewPCG(1, 2))
				for i := range n {
					f := quotaFacts(i, rng)
					f.Kind = []account.Kind{account.OAuth, account.APIKey}[i%2]
					p.Put(f, start)
				}
				b.ReportAllocs()
				for b.Loop() {
					now = now.Add(time.Millisecond)
					if !p.Select(&policy.Request{Affinity: "conversation", Model: "m", Kind: account.APIKey}, now).OK {
						b.Fatal("no account")
					}
				}
			})
		}
	}
}
