package policy_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

// login is a record with a refresh token.
func login(generation uint64) account.Record {
	return account.Record{
		Kind: account.OAuth, Generation: generation,
		Credentials: account.Credentials{AccessToken: account.NewSecret("at"), RefreshToken: account.NewSecret("rt")},
	}
}

func answered(class account.Class, generation uint64, leased time.Time) policy.Report {
	return policy.Report{Generation: generation, LeasedAt: leased, Verdict: account.Verdict{Class: class}}
}

// learn has rec learn what the report says, and returns whether the login
// counts as rejected by it.
func learn(rec *account.Record, p policy.Report, now time.Time) bool {
	before := *rec
	p.ApplyTo(rec, now, tuning)
	_, rejected := p.LoginRejected(&before, rec, tuning)
	return rejected
}

// Each token but the first is one failure when it is refused, and new tokens
// take nothing back.
func TestRefusedTokensAddUp(t *testing.T) {
	rec := login(1)
	for i := range tuning.MaxAuthFailures + 3 {
		refused := answered(account.ClassUnauthorized, rec.Generation, noon)
		if rejected := learn(&rec, refused, noon); rejected != (i >= tuning.MaxAuthFailures) || rec.AuthFailures != i {
			t.Errorf("token %d: rejected %v, %d failures", i+1, rejected, rec.AuthFailures)
		}
		if learn(&rec, refused, noon.Add(time.Second)) || rec.AuthFailures != i {
			t.Errorf("token %d: refused twice, it counts as %d", i+1, rec.AuthFailures)
		}
		rec.Apply(account.Grant{AccessToken: account.NewSecret("next")})
	}
	learn(&rec, answered(account.ClassSuccess, rec.Generation, noon.Add(time.Second)), noon)
	if rec.AuthFailures != 0 || rec.Untried() {
		t.Errorf("after a success: %d failures", rec.AuthFailures)
	}
}

// A key that is refused again by a request that began since is a failure more;
// requests that were under way together are one.
func TestRefusedKeysAddUp(t *testing.T) {
	rec := account.Record{Kind: account.APIKey, Generation: 1, Credentials: account.Credentials{APIKey: account.NewSecret("key")}}
	for i := 1; i <= tuning.MaxAuthFailures; i++ {
		began := noon.Add(time.Duration(i) * time.Minute)
		rejected := learn(&rec, answered(account.ClassUnauthorized, 1, began), began.Add(time.Second))
		if rejected != (i == tuning.MaxAuthFailures) || rec.AuthFailures != i {
			t.Errorf("failure %d: rejected %v, %d failures", i, rejected, rec.AuthFailures)
		}
		if learn(&rec, answered(account.ClassUnauthorized, 1, began), began.Add(2*time.Second)) || rec.AuthFailures != i {
			t.Errorf("failure %d: a request of the same time counts as well", i)
		}
	}
	learn(&rec, answered(account.ClassSuccess, 1, noon), noon.Add(time.Hour))
	if rec.AuthFailures == 0 {
		t.Error("a success of before took the failures back")
	}
	learn(&rec, answered(account.ClassSuccess, 1, noon.Add(time.Hour)), noon.Add(time.Hour))
	if rec.AuthFailures != 0 || rec.TokenRefused() {
		t.Error("a success did not take the failures back")
	}
}

// The provider's own word ends a login at once, whatever came before.
func TestRevokedLogin(t *testing.T) {
	for _, before := range []account.Class{account.ClassSuccess, account.ClassUnauthorized} {
		rec := login(4)
		learn(&rec, answered(before, 4, noon), noon)
		if !learn(&rec, answered(account.ClassRevoked, 4, noon), noon) || !rec.TokenRefused() {
			t.Errorf("after %v: the login is not rejected", before)
		}
	}
}

// What was said of a token that has been replaced changes nothing.
func TestOldTokenDoesNotCount(t *testing.T) {
	for _, class := range []account.Class{account.ClassUnauthorized, account.ClassRevoked, account.ClassSuccess} {
		rec := login(5)
		rec.AuthFailures = 2
		if learn(&rec, answered(class, 4, noon), noon) || rec.AuthFailures != 2 || rec.TokenRefused() {
			t.Errorf("%v: %+v", class, rec)
		}
	}
}

// Whatever the order of answers and grants, no more than one failure counts for
// one token, and none is forgotten without a success of the current one.
func TestFailuresCountTokens(t *testing.T) {
	classes := []account.Class{account.ClassSuccess, account.ClassUnauthorized, account.ClassCaller, account.ClassServerError}
	rapid.Check(t, func(t *rapid.T) {
		rec, now := login(1), noon
		counted := 0
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now = now.Add(time.Second)
			if rapid.Bool().Draw(t, "grant") {
				rec.Apply(account.Grant{AccessToken: account.NewSecret("next")})
				continue
			}
			old := rapid.Uint64Range(0, 1).Draw(t, "old")
			class, leased := rapid.SampledFrom(classes).Draw(t, "class"), now.Add(-time.Duration(rapid.IntRange(0, 3).Draw(t, "ago"))*time.Second)
			before := rec
			learn(&rec, answered(class, rec.Generation-old, leased), now)
			switch {
			case rec.AuthFailures > before.AuthFailures:
				if rec.AuthFailures != before.AuthFailures+1 || class != account.ClassUnauthorized || before.TokenRefused() {
					t.Fatalf("%v made %d failures of %d", class, rec.AuthFailures, before.AuthFailures)
				}
				counted++
			case rec.AuthFailures < before.AuthFailures:
				if rec.AuthFailures != 0 || class != account.ClassSuccess || old != 0 || before.TokenRefused() {
					t.Fatalf("%v made %d failures of %d", class, rec.AuthFailures, before.AuthFailures)
				}
			}
		}
		if counted > int(rec.Generation) {
			t.Fatalf("%d failures of %d tokens", counted, rec.Generation)
		}
	})
}

func TestRestOfARejectedLogin(t *testing.T) {
	tuned := policy.Tuning{MaxAuthFailures: 3, RejectedBackoff: 30 * time.Second}
	for failures, want := range map[int]time.Duration{
		0: 30 * time.Second, 3: 30 * time.Second, 4: time.Minute, 6: 4 * time.Minute, 7: 5 * time.Minute, 500: 5 * time.Minute,
	} {
		if got := tuned.Rest(failures); got != want {
			t.Errorf("after %d failures: %v", failures, got)
		}
	}
	tuned.RejectedBackoff = time.Hour
	if got := tuned.Rest(9); got != time.Hour {
		t.Errorf("an hour's rest has become %v", got)
	}
}
