package policy_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

func genWindows(t *rapid.T) []account.UsageWindow {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) account.UsageWindow {
		return account.UsageWindow{
			Name:        rapid.SampledFrom([]string{"5h", "7d"}).Draw(t, "name"),
			Utilization: float64(rapid.IntRange(0, 99).Draw(t, "utilization")),
			SeenAt:      noon.Add(time.Duration(rapid.IntRange(-9, 0).Draw(t, "seen")) * time.Second),
		}
	}), 0, 3).Draw(t, "windows")
}

// Of answers that tell of figures alone it is enough to store, once or more,
// what the record came to that has learnt from all of them.
func TestTakeFigures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stored := account.Record{LastUsedAt: noon}
		policy.Report{LeasedAt: noon, Verdict: account.Verdict{Usage: genWindows(t)}}.ApplyTo(&stored, noon, tuning)
		latest, each := stored, stored
		for range rapid.IntRange(0, 4).Draw(t, "answers") {
			report := policy.Report{LeasedAt: noon, Verdict: account.Verdict{Usage: genWindows(t)}}
			if report.Weighs(&latest) {
				t.Fatal("figures weigh")
			}
			report.ApplyTo(&latest, noon, tuning)
			report.ApplyTo(&each, noon, tuning)
		}
		latest.LastUsedAt = noon.Add(time.Minute)
		each.LastUsedAt = latest.LastUsedAt
		for range 2 {
			policy.TakeFigures(&stored, &latest, noon)
			if !reflect.DeepEqual(stored, each) {
				t.Fatalf("%+v, want %+v", stored, each)
			}
		}
	})
}

// Whoever stored something later keeps it.
func TestTakeFiguresKeepsWhatIsNewer(t *testing.T) {
	newer := account.Record{LastUsedAt: noon, Usage: []account.UsageWindow{{Name: "5h", Utilization: 2, SeenAt: noon}}}
	older := account.Record{LastUsedAt: noon.Add(-1), Usage: []account.UsageWindow{{Name: "5h", Utilization: 9, SeenAt: noon.Add(-1)}}}
	got := newer
	policy.TakeFigures(&got, &older, noon)
	if !reflect.DeepEqual(got, newer) {
		t.Errorf("%+v, want %+v", got, newer)
	}
}

// What an answer tells beyond figures does not wait as they do.
func TestWeighs(t *testing.T) {
	figures := []account.UsageWindow{{Name: "5h", Utilization: 3, SeenAt: noon}}
	for name, c := range map[string]struct {
		rec     account.Record
		verdict account.Verdict
		want    bool
	}{
		"figures":                  {verdict: account.Verdict{Usage: figures}},
		"a limit":                  {verdict: account.Verdict{Class: account.ClassLimited, Usage: figures}, want: true},
		"a success ends a limit":   {rec: account.Record{Limits: []account.Limit{limitedUntil(noon.Add(-1), noon.Add(time.Hour))}}, verdict: account.Verdict{Usage: figures}, want: true},
		"a success after failures": {rec: account.Record{AuthFailures: 1}, verdict: account.Verdict{Usage: figures}, want: true},
		"a refused token":          {verdict: account.Verdict{Class: account.ClassUnauthorized, Usage: figures}, want: true},
		"the server's trouble":     {verdict: account.Verdict{Class: account.ClassServerError, Usage: figures}},
	} {
		report := policy.Report{LeasedAt: noon, Verdict: c.verdict}
		if got := report.Weighs(&c.rec); got != c.want {
			t.Errorf("%s weighs: %v", name, got)
		}
	}
}
