package anthropic_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/internal/fixture"
)

// What is told of a pool is read again as what it was.
func TestToldUsageIsReadAgain(t *testing.T) {
	at := time.Now().Add(3 * time.Hour).Truncate(time.Second).UTC()
	told := []account.UsageWindow{
		{Name: "30d", Utilization: 11},
		{Name: "5h", Utilization: 2.5, ResetAt: at},
		{Name: "7d", Utilization: 61},
		{Name: "Fable 7d", Utilization: 100, ResetAt: at},
		{Name: "Overage included 7d", Utilization: 5},
		{Name: "Tangelo", Utilization: 9},
	}
	got := readTold(t, providers.PoolUsage{Windows: told})
	slices.SortFunc(got, func(a, b account.UsageWindow) int { return cmp.Compare(a.Name, b.Name) })
	if len(got) != len(told) {
		t.Fatalf("windows %+v", got)
	}
	for i, w := range got {
		if w.Name != told[i].Name || w.Utilization != told[i].Utilization || !w.ResetAt.Equal(told[i].ResetAt) {
			t.Errorf("window %+v, want %+v", w, told[i])
		}
	}
}

// Without figures the two windows of each subscription are null, as in the server's own
// answer.
func TestToldUsageWithoutFigures(t *testing.T) {
	body := string(anthropic.New(anthropic.Options{}).TellUsage(providers.PoolUsage{}))
	if body != `{"five_hour":null,"seven_day":null}` {
		t.Error(body)
	}
}

func readTold(t *testing.T, u providers.PoolUsage) []account.UsageWindow {
	t.Helper()
	body := anthropic.New(anthropic.Options{}).TellUsage(u)
	got, err := anthropic.New(anthropic.Options{HTTPClient: fixture.Client(body)}).Usage(t.Context(), oauth())
	if err != nil {
		t.Fatal(err)
	}
	return got.Windows
}
