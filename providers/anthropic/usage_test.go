package anthropic_test

import (
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/internal/fixture"
)

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
