package demo

import (
	"slices"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func count(scenes []scene, what trouble) int {
	n := 0
	for _, s := range scenes {
		if s.what == what {
			n++
		}
	}
	return n
}

func TestPlotIsDecidedByTheSeed(t *testing.T) {
	o := DefaultOptions()
	if !slices.Equal(plot(o), plot(o)) {
		t.Error("the same options gave two plots")
	}
	other := o
	other.Seed++
	if slices.Equal(plot(o), plot(other)) {
		t.Error("two seeds gave the same plot")
	}
}

func TestPlotKeepsWithinTheRun(t *testing.T) {
	for seed := range uint64(50) {
		o := DefaultOptions()
		o.Seed = seed
		scenes := plot(o)
		if !slices.IsSortedFunc(scenes, func(a, b scene) int { return int(a.at - b.at) }) {
			t.Fatalf("seed %d: the scenes are not in order", seed)
		}
		if last := scenes[len(scenes)-1].at; scenes[0].at < 0 || last > o.Duration {
			t.Errorf("seed %d: scenes from %v to %v", seed, scenes[0].at, last)
		}
		for _, s := range scenes {
			if s.account < 0 || s.account >= o.Accounts {
				t.Errorf("seed %d: a scene about account %d", seed, s.account)
			}
		}
	}
}

func TestEveryOutageEndsBeforeTheEngineGivesUp(t *testing.T) {
	for _, f := range flavours() {
		var begins, ends time.Duration
		for _, s := range plot(DefaultOptions()) {
			switch {
			case s.flavour == f && s.what == outage:
				begins = s.at
			case s.flavour == f && s.what == outageEnds:
				ends = s.at
			}
		}
		if length := ends - begins; length <= 0 || length > longestOutage {
			t.Errorf("%s: an outage of %v", f, length)
		}
	}
}

func TestOneLoginIsRevokedWhereOthersAreLeft(t *testing.T) {
	for accounts, want := range map[int]int{2: 0, 3: 1, 4: 1, 8: 1, 101: 1} {
		for seed := range uint64(50) {
			o := Options{Accounts: accounts, Workers: 2, Duration: time.Second, Seed: seed}
			scenes := plot(o)
			if got := count(scenes, revokeOne); got != want {
				t.Fatalf("%d accounts, seed %d: %d logins are revoked, want %d", accounts, seed, got, want)
			}
			for _, s := range scenes {
				if s.what == revokeOne && o.share(accounts, flavourOf(s.account)) < 2 {
					t.Errorf("%d accounts, seed %d: the only %s account is revoked", accounts, seed, flavourOf(s.account))
				}
			}
		}
	}
}

func TestCastIsSharedOutBetweenTheProviders(t *testing.T) {
	for _, n := range []int{2, 3, 8, 33} {
		o := DefaultOptions()
		o.Accounts = n
		got, emails := map[providertest.Flavour]int{}, map[string]bool{}
		for _, a := range cast(o) {
			got[a.Flavour]++
			emails[a.Email] = true
			if a.TokenTTL <= time.Minute {
				t.Errorf("%s has tokens of %v, which the engine takes for expired from the start", a.Email, a.TokenTTL)
			}
		}
		if len(emails) != n {
			t.Errorf("%d accounts have %d e-mails", n, len(emails))
		}
		for _, f := range flavours() {
			if got[f] != o.share(n, f) || got[f] == 0 {
				t.Errorf("%d accounts: %d of %s, want %d", n, got[f], f, o.share(n, f))
			}
		}
	}
}

// Accounts must be exhausted during a run, and yet not all at once.
func TestQuotaIsScarceForOneAndEnoughForAll(t *testing.T) {
	o := DefaultOptions()
	for _, f := range flavours() {
		needed := float64(o.share(o.Workers, f)) / thinkTime.Seconds() * quotaLength.Seconds()
		one := float64(o.quota(f))
		if all := one * float64(o.share(o.Accounts, f)); one >= needed || all < needed {
			t.Errorf("%s: an account has %.0f, all have %.0f, the workers need %.0f at most", f, one, all, needed)
		}
	}
}
