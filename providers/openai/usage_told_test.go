package openai_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

const (
	hours = 5 * time.Hour
	days  = 7 * 24 * time.Hour
)

// What is told of a pool is read again as what it was, but for the rounding of percents.
func TestToldUsageIsReadAgain(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	told := []account.UsageWindow{
		{Name: "7d", Length: days, Utilization: 61, ResetAt: now.Add(days / 2)},
		{Name: "5h", Length: hours, Utilization: 2, ResetAt: now.Add(time.Hour)},
		{Name: "Spark 7d", Length: days, Utilization: 100, Partial: true},
		{Name: "Spark 5h", Length: hours, Utilization: 3, Partial: true},
		{Name: "primary", Utilization: 7},
	}
	got, err := readUsage(t, string(openai.New(openai.Options{}).TellUsage(providers.PoolUsage{Plan: "ChatGPT Plus", Windows: told, Now: now})))
	if err != nil || got.Plan != "ChatGPT Plus" || len(got.Windows) != 4 {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, want := range []int{1, 0, 3, 2} { // the shorter one first
		if w := got.Windows[i]; w.Name != told[want].Name || w.Utilization != told[want].Utilization || w.Partial != told[want].Partial || w.Length != told[want].Length {
			t.Errorf("window %+v, want %+v", w, told[want])
		}
	}
	if left := time.Until(got.Windows[0].ResetAt); left < 50*time.Minute || left > time.Hour {
		t.Errorf("the 5h window resets in %s", left)
	}
}

// Codex reads whole numbers alone, and needs the plan.
func TestToldUsageHasCodexsForm(t *testing.T) {
	for _, limited := range []bool{true, false} {
		u := providers.PoolUsage{Limited: limited, Windows: []account.UsageWindow{{Name: "5h", Length: hours, Utilization: 33.4}}}
		var body struct {
			Plan   string `json:"plan_type"`
			Limits struct {
				Allowed   bool           `json:"allowed"`
				Reached   bool           `json:"limit_reached"`
				Primary   map[string]int `json:"primary_window"`
				Secondary map[string]int `json:"secondary_window"`
			} `json:"rate_limit"`
		}
		if err := json.Unmarshal(openai.New(openai.Options{}).TellUsage(u), &body); err != nil {
			t.Fatal(err)
		}
		l := body.Limits
		if body.Plan != "unknown" || l.Allowed == limited || l.Reached != limited || l.Primary["used_percent"] != 33 || l.Secondary != nil {
			t.Errorf("%+v", body)
		}
	}
}
