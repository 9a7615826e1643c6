package anthropic_test

import (
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/internal/fixture"
)

// Every window is kept, those of some models under a name of their own; they
// limit nobody else.
func TestUsageKeepsEveryWindow(t *testing.T) {
	body := `{"five_hour":{"utilization":2,"resets_at":"2057-03-25T21:00:00Z"},"seven_day":null,"seven_day_opus":{"utilization":40},
		"seven_day_overage_included":{"utilization":5},"seven_day_cowork":null,"tangelo":{"utilization":9},
		"extra_usage":{"is_enabled":false,"utilization":50},"spend":{"utilization":1},"seven_day_breakdown":{"rows":[]},
		"limits":[{"kind":"session","group":"session","percent":2,"scope":null},
			{"kind":"weekly_all","group":"weekly","percent":61,"resets_at":"2057-03-25T21:00:00Z","scope":null},
			{"kind":"weekly_scoped","group":"weekly","percent":40,"scope":{"model":{"id":null,"display_name":"Opus"}}},
			{"kind":"weekly_scoped","group":"weekly","percent":100,"scope":{"model":{"id":null,"display_name":"Fable"}},"is_active":true},
			{"kind":"weekly_scoped","group":"weekly","percent":null,"scope":{"model":{"display_name":"Ghost"}}},
			{"kind":"weekly_scoped","group":"weekly","percent":8,"scope":{"surface":{"display_name":"Cowork"}}},
			{"kind":"monthly_all","group":"monthly","percent":11,"scope":null},{"kind":"routines","group":"new","percent":12,"scope":"odd"},7]}`
	got, err := anthropic.New(anthropic.Options{HTTPClient: fixture.Client([]byte(body))}).Usage(t.Context(), oauth())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]struct {
		used float64
		soft bool
	}{
		"5h": {2, false}, "7d": {61, false}, "30d": {11, false}, "Opus 7d": {40, true}, "Overage included 7d": {5, true},
		"Fable 7d": {100, true}, "Cowork 7d": {8, true}, "Tangelo": {9, true}, "Routines": {12, true},
	}
	if len(got.Windows) != len(want) {
		t.Errorf("windows %+v", got.Windows)
	}
	for _, w := range got.Windows {
		if c, known := want[w.Name]; !known || w.Utilization != c.used || w.Soft != c.soft || w.Paid {
			t.Errorf("window %+v, want %+v", w, c)
		}
	}
}

// With extra usage that is not used up the account goes on at its owner's expense.
func TestUsageWithExtraUsage(t *testing.T) {
	for extra, paid := range map[string]bool{
		`{"is_enabled":true,"monthly_limit":2000,"used_credits":150,"utilization":7.5}`: true,
		`{"is_enabled":true,"monthly_limit":null,"utilization":null}`:                   true,
		`{"is_enabled":true,"monthly_limit":2000,"utilization":100}`:                    false,
		`{"is_enabled":false,"utilization":0}`:                                          false,
		`null`:                                                                          false, `[]`: false,
	} {
		body := `{"five_hour":{"utilization":100},"seven_day":{"utilization":60},"seven_day_opus":{"utilization":100},"extra_usage":` + extra + `}`
		got, err := anthropic.New(anthropic.Options{HTTPClient: fixture.Client([]byte(body))}).Usage(t.Context(), oauth())
		if err != nil || len(got.Windows) != 3 {
			t.Fatalf("%s: %+v, %v", extra, got, err)
		}
		if got.Windows[0].Paid != paid || got.Windows[1].Paid || got.Windows[2].Paid {
			t.Errorf("%s: %+v, want 5h paid: %v", extra, got.Windows, paid)
		}
	}
}

// What is no figure is left out; the windows beside it count.
func TestHostileUsageIsLeftOut(t *testing.T) {
	for _, figure := range []string{`-1`, `1e308`, `1e309`, `1001`, `"NaN"`, `"42"`, `{}`, `null`} {
		body := `{"five_hour":{"utilization":` + figure + `,"resets_at":"2057-03-25T21:00:00Z"},"seven_day":{"utilization":7,"resets_at":-5}}`
		got, err := anthropic.New(anthropic.Options{HTTPClient: fixture.Client([]byte(body))}).Usage(t.Context(), oauth())
		if err != nil {
			t.Fatalf("%s: %v", figure, err)
		}
		if w := got.Windows; len(w) != 1 || w[0].Name != "7d" || w[0].Utilization != 7 || !w[0].ResetAt.IsZero() {
			t.Errorf("%s: usage %+v", figure, got)
		}
	}
}

func FuzzUsage(f *testing.F) {
	for _, body := range []string{
		`{"five_hour":{"utilization":33.5,"resets_at":"2026-03-25T23:00:00.5+00:00"},"seven_day":null}`,
		`{"seven_day_sonnet":{"utilization":1e308,"resets_at":"2057-03-25T21:00:00Z"}}`,
		`{"limits":[{"kind":"x\u001b","group":"weekly","percent":1,"scope":{"model":{"display_name":"\n"}}},{"percent":1e308}],"é":{"utilization":1}}`,
		`{"five_hour":{"utilization":-1,"resets_at":31`, `<!DOCTYPE html>`, `[]`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := anthropic.New(anthropic.Options{HTTPClient: fixture.Client(body)}).Usage(t.Context(), oauth())
		if err != nil && got.Windows != nil {
			t.Errorf("figures beside the error %v", err)
		}
		fixture.CheckUsage(t, got.Windows)
	})
}
