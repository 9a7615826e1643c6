package number_test

import (
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/internal/number"
)

func TestDecimal(t *testing.T) {
	good := map[string]float64{"0": 0, "7": 7, "007": 7, "1.5": 1.5, ".5": 0.5, "5.": 5, "1774472400": 1774472400}
	for text, want := range good {
		if got, ok := number.Decimal(text); !ok || got != want {
			t.Errorf("Decimal(%q) = %v, %v; want %v", text, got, ok, want)
		}
	}
	bad := []string{"", ".", "-1", "+1", "1e3", "1e308", "0x10", "NaN", "Inf", "1 ", "1.2.3", "1,5", "١", strings.Repeat("9", 400)}
	for _, text := range bad {
		if got, ok := number.Decimal(text); ok || got != 0 {
			t.Errorf("Decimal(%q) = %v, %v; want it refused", text, got, ok)
		}
	}
}
