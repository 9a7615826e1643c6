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

func genLimit(t *rapid.T) account.Limit {
	l := account.Limit{
		Scope:  rapid.SampledFrom([]account.Scope{account.ScopeAccount, account.ScopeModel}).Draw(t, "scope"),
		Source: rapid.SampledFrom([]account.Source{account.FromHeader, account.FromStatus}).Draw(t, "source"),
		Reason: rapid.SampledFrom([]string{"5h", "7d"}).Draw(t, "reason"),
		SeenAt: secondsFromNoon(rapid.IntRange(-20, 0).Draw(t, "seen")),
		Until:  secondsFromNoon(rapid.IntRange(1, 9).Draw(t, "until")),
	}
	if l.Scope == account.ScopeModel {
		l.Model = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "model")
	}
	return l
}

func genFreed(t *rapid.T) account.Freed {
	f := account.Freed{
		Scope:  rapid.SampledFrom([]account.Scope{"", account.ScopeAccount, account.ScopeModel}).Draw(t, "scope"),
		Reason: rapid.SampledFrom([]string{"", "5h", "7d"}).Draw(t, "reason"),
		At:     secondsFromNoon(rapid.IntRange(-20, 0).Draw(t, "at")),
	}
	if f.Scope == account.ScopeModel {
		f.Model = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "model")
	}
	return f
}

func genEvidence(t *rapid.T) policy.Evidence {
	return policy.Evidence{
		Limits: rapid.SliceOfN(rapid.Custom(genLimit), 0, 4).Draw(t, "limits"),
		Freed:  rapid.SliceOfN(rapid.Custom(genFreed), 0, 3).Draw(t, "freed"),
	}
}

func secondsFromNoon(n int) time.Time { return noon.Add(time.Duration(n) * time.Second) }

func expectSame(t *rapid.T, law string, got, want policy.Evidence) {
	if !slices.Equal(got.Limits, want.Limits) || !slices.Equal(got.Freed, want.Freed) {
		t.Fatalf("%s:\n got %+v\nwant %+v", law, got, want)
	}
}

func TestEvidenceIsALattice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := genEvidence(t), genEvidence(t), genEvidence(t)
		expectSame(t, "commutative", a.Merge(b), b.Merge(a))
		expectSame(t, "associative", a.Merge(b).Merge(c), a.Merge(b.Merge(c)))
		ab := a.Merge(b)
		expectSame(t, "idempotent", ab.Merge(ab), ab)
		expectSame(t, "absorbing", ab.Merge(a), ab)
	})
}

// What is in force is what a look at everything that was ever seen says: each
// limit, unless something newer freed it; of a scope, the latest end counts.
func TestEvidenceLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := rapid.SliceOfN(rapid.Custom(genLimit), 0, 8).Draw(t, "limits")
		freed := rapid.SliceOfN(rapid.Custom(genFreed), 0, 4).Draw(t, "freed")
		var e policy.Evidence
		for _, i := range rapid.Permutation(numbers(2*(len(limits)+len(freed)))).Draw(t, "order") {
			if i /= 2; i < len(limits) {
				e = e.Merge(policy.Evidence{Limits: limits[i : i+1]}).At(noon)
			} else {
				e = e.Free(freed[i-len(limits)]).At(noon)
			}
		}
		if got, want := ends(e.Limits, nil), ends(limits, freed); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("in force %v, want %v", got, want)
		}
	})
}

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// ends maps each scope to its latest end.
func ends(limits []account.Limit, freed []account.Freed) map[string]int64 {
	m := map[string]int64{}
	for _, l := range limits {
		if slices.ContainsFunc(freed, func(f account.Freed) bool { return f.Frees(l) }) {
			continue
		}
		key := string(l.Scope) + l.Model
		m[key] = max(m[key], l.Until.Unix())
	}
	return m
}

// The limit with the later end is freed; the one that was seen later is not.
func TestFreedLimitDoesNotHideANewerOne(t *testing.T) {
	long := limitedUntil(secondsFromNoon(-10), noon.Add(time.Hour))
	short := limitedUntil(secondsFromNoon(-2), noon.Add(time.Minute))
	e := policy.Evidence{Limits: []account.Limit{long}}.Merge(policy.Evidence{Limits: []account.Limit{short}})
	e = e.Free(account.Freed{Scope: account.ScopeAccount, At: secondsFromNoon(-5)})
	if !slices.Equal(e.Limits, []account.Limit{short}) {
		t.Errorf("in force: %+v", e.Limits)
	}
}

func TestEvidenceIsBounded(t *testing.T) {
	var e policy.Evidence
	for i := range 1000 {
		l := limitedUntil(noon, noon.Add(time.Duration(i+1)*time.Second))
		l.Scope, l.Model = account.ScopeModel, fmt.Sprint(i)
		e = e.Merge(policy.Evidence{Limits: []account.Limit{l}}).Free(account.Freed{Scope: account.ScopeModel, Model: fmt.Sprint("m", i), At: noon}).At(noon)
	}
	if len(e.Limits) > 64 || len(e.Freed) > 64 {
		t.Errorf("%d limits, %d freed", len(e.Limits), len(e.Freed))
	}
	if i := slices.IndexFunc(e.Limits, func(l account.Limit) bool { return l.Model == "999" }); i < 0 {
		t.Error("the limit that ends last is gone")
	}
	if e = e.At(noon.Add(8 * 24 * time.Hour)); len(e.Limits) != 0 || len(e.Freed) != 0 {
		t.Errorf("a week later there are %d limits and %d freed", len(e.Limits), len(e.Freed))
	}
}

// A server may say what it wants.
func TestLimitsAreClamped(t *testing.T) {
	var rec account.Record
	ahead := noon.Add(time.Hour)
	policy.Report{Verdict: answered429(limitedUntil(ahead, noon.AddDate(31, 0, 0)))}.ApplyTo(&rec, noon, tuning)
	if l := rec.Limits[0]; !l.SeenAt.Equal(noon) || !l.Until.Equal(noon.Add(7*24*time.Hour)) {
		t.Errorf("seen at %v, until %v", l.SeenAt, l.Until)
	}
}

func TestFiguresFreeWhatTheirWindowRejected(t *testing.T) {
	seen := secondsFromNoon(-10)
	for name, test := range map[string]struct {
		figures policy.Figures
		left    int
	}{
		"below its limit":              {figuresOf("5h", 99, noon), 0},
		"used up":                      {figuresOf("5h", 100, noon), 1},
		"another window":               {figuresOf("7d", 10, noon), 1},
		"asked before the limit":       {figuresOf("5h", 10, seen.Add(-time.Second)), 1},
		"asked at the limit's instant": {figuresOf("5h", 10, seen), 1},
	} {
		t.Run(name, func(t *testing.T) {
			l := limitedUntil(seen, noon.Add(time.Hour))
			l.Reason = "5h"
			rec := account.Record{Limits: []account.Limit{l}}
			if !test.figures.Concerns(&rec, tuning) {
				t.Error("new figures do not concern the account")
			}
			test.figures.ApplyTo(&rec, noon, tuning)
			if len(rec.Limits) != test.left || len(rec.Usage) != 1 {
				t.Errorf("limits %+v, usage %+v", rec.Limits, rec.Usage)
			}
			if test.figures.Concerns(&rec, tuning) {
				t.Error("the same figures concern the account again")
			}
		})
	}
}

func figuresOf(window string, percent float64, askedAt time.Time) policy.Figures {
	return policy.Figures{
		AskedAt: askedAt,
		Windows: []account.UsageWindow{{Name: window, Utilization: percent, SeenAt: noon, ResetAt: noon.Add(5 * time.Hour)}},
	}
}

// A model that is limited says how the account's own window stands.
func TestFiguresOfALimitedAnswer(t *testing.T) {
	account5h := limitedUntil(secondsFromNoon(-10), noon.Add(time.Hour))
	account5h.Reason = "5h"
	model7d := limitedUntil(noon, noon.Add(time.Hour))
	model7d.Scope, model7d.Model, model7d.Reason = account.ScopeModel, "large", "7d_large"
	verdict := answered429(model7d)
	verdict.Model, verdict.Usage = "large", figuresOf("5h", 20, noon).Windows
	rec := account.Record{Limits: []account.Limit{account5h}}
	policy.Report{LeasedAt: secondsFromNoon(-1), Verdict: verdict}.ApplyTo(&rec, noon, tuning)
	if !slices.Equal(rec.Limits, []account.Limit{model7d}) {
		t.Errorf("limits %+v", rec.Limits)
	}
}

func TestFiguresMergeInAnyOrder(t *testing.T) {
	window := rapid.Custom(func(t *rapid.T) account.UsageWindow {
		return account.UsageWindow{
			Name:        rapid.SampledFrom([]string{"5h", "7d"}).Draw(t, "name"),
			Utilization: float64(rapid.IntRange(0, 3).Draw(t, "utilization")),
			SeenAt:      secondsFromNoon(rapid.IntRange(-3, 0).Draw(t, "seen")),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(window, 1, 6).Draw(t, "windows")
		var first, second account.Record
		policy.Figures{Windows: all}.ApplyTo(&first, noon, tuning)
		for _, w := range rapid.Permutation(slices.Concat(all, all)).Draw(t, "order") {
			policy.Figures{Windows: []account.UsageWindow{w}}.ApplyTo(&second, noon, tuning)
		}
		for _, w := range first.Usage {
			if !slices.Contains(second.Usage, w) || len(first.Usage) != len(second.Usage) {
				t.Fatalf("%+v and %+v", first.Usage, second.Usage)
			}
		}
	})
}

func TestForget(t *testing.T) {
	model := limitedUntil(noon, noon.Add(time.Hour))
	model.Scope, model.Model = account.ScopeModel, "large"
	rec := account.Record{Limits: []account.Limit{limitedUntil(noon, noon.Add(time.Hour)), model}}
	policy.Forget(&rec, noon)
	if len(rec.Limits) != 0 {
		t.Errorf("limits %+v", rec.Limits)
	}
	policy.Report{Verdict: answered429(limitedUntil(noon.Add(-time.Second), noon.Add(time.Hour)))}.ApplyTo(&rec, noon, tuning)
	if len(rec.Limits) != 0 {
		t.Error("older evidence that came late counts")
	}
	policy.Report{Verdict: answered429(limitedUntil(noon.Add(time.Second), noon.Add(time.Hour)))}.ApplyTo(&rec, noon.Add(time.Second), tuning)
	if len(rec.Limits) != 1 {
		t.Error("newer evidence does not count")
	}
}

// Figures that show a window used up limit the account until it starts anew:
// its next request would only be refused. What is newer frees it again.
func TestFiguresOfAUsedUpWindowLimit(t *testing.T) {
	rec := account.Record{}
	policy.Figures{Windows: figuresOf("7d", 100, noon).Windows, AskedAt: noon}.ApplyTo(&rec, noon, tuning)
	if len(rec.Limits) != 1 || rec.Limits[0].Source != account.FromUsage || !rec.Limits[0].Until.Equal(noon.Add(5*time.Hour)) {
		t.Fatalf("the limits are %+v", rec.Limits)
	}
	for name, free := range map[string]func(*account.Record){
		"a lower figure": func(r *account.Record) {
			figuresOf("7d", 20, noon.Add(time.Minute)).ApplyTo(r, noon.Add(time.Minute), tuning)
		},
		"a success": func(r *account.Record) {
			success := policy.Report{Verdict: account.Verdict{Class: account.ClassSuccess}, LeasedAt: noon.Add(time.Minute)}
			success.ApplyTo(r, noon.Add(2*time.Minute), tuning)
		},
	} {
		r := rec
		free(&r)
		if len(r.Limits) != 0 {
			t.Errorf("after %s the limits are %+v", name, r.Limits)
		}
	}
	soft, open := figuresOf("7d", 100, noon), figuresOf("7d", 100, noon)
	soft.Windows[0].Soft, open.Windows[0].ResetAt = true, time.Time{}
	for name, figures := range map[string]policy.Figures{"that is soft": soft, "without an end": open} {
		r := account.Record{}
		figures.ApplyTo(&r, noon, tuning)
		if len(r.Limits) != 0 {
			t.Errorf("a window %s limits the account: %+v", name, r.Limits)
		}
	}
	var sightings policy.Sightings
	for _, id := range []string{"a", "b", "c"} {
		if _, pauses := sightings.Observe(id, rec.Limits[0]); pauses {
			t.Error("figures of some accounts pause the pool")
		}
	}
}

func TestNoticeablyUsed(t *testing.T) {
	figure := func(name string, percent float64, length time.Duration, reset time.Time) []account.UsageWindow {
		return []account.UsageWindow{{Name: name, Utilization: percent, Length: length, ResetAt: reset}}
	}
	old := figure("5h", 10.2, 5*time.Hour, noon)
	for name, test := range map[string]struct {
		seen []account.UsageWindow
		want bool
	}{
		"the same":             {old, false},
		"less than a percent":  {figure("5h", 10.9, 5*time.Hour, noon.Add(2*time.Second)), false},
		"a percent":            {figure("5h", 11, 5*time.Hour, noon), true},
		"another window":       {figure("7d", 10.2, 7*24*time.Hour, noon), true},
		"a new reset":          {figure("5h", 10.2, 5*time.Hour, noon.Add(time.Hour)), true},
		"a window of a minute": {figure("requests", 90, time.Minute, noon), false},
	} {
		if got := policy.NoticeablyUsed(old, test.seen); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
