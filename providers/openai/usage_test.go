package openai_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/fixture"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

func readUsage(t *testing.T, body string) (providers.Usage, error) {
	t.Helper()
	return openai.New(openai.Options{HTTPClient: fixture.Client([]byte(body))}).Usage(t.Context(), account.Credential{Kind: account.OAuth})
}

// Windows are called by their lengths; those of some models, and those that the
// server lets pass, limit nobody.
func TestUsageKeepsEveryWindow(t *testing.T) {
	got, err := readUsage(t, `{"plan_type":"pro","rate_limit":{"allowed":true,"limit_reached":true,
		"primary_window":{"used_percent":100,"limit_window_seconds":18000,"reset_after_seconds":60},
		"secondary_window":{"used_percent":60,"limit_window_seconds":604800,"reset_after_seconds":600}},
		"code_review_rate_limit":{"primary_window":{"used_percent":12,"limit_window_seconds":604800}},
		"additional_rate_limits":[
			{"limit_name":"GPT-5.3-Codex-Spark","metered_feature":"codex_bengalfox","rate_limit":{"limit_reached":true,
				"primary_window":{"used_percent":100,"limit_window_seconds":10800},"secondary_window":{"used_percent":3,"limit_window_seconds":2592000}}},
			{"metered_feature":"codex_luna","rate_limit":{"primary_window":{"used_percent":7}}},
			{"limit_name":"none","rate_limit":null}, 7]}`)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{
		"5h": false, "7d": false, "Code review 7d": true,
		"GPT-5.3-Codex-Spark 3h": true, "GPT-5.3-Codex-Spark 30d": true, "Luna primary": true,
	}
	if len(got.Windows) != len(want) {
		t.Errorf("windows %+v", got.Windows)
	}
	for _, w := range got.Windows {
		if soft, known := want[w.Name]; !known || w.Soft != soft || w.Paid {
			t.Errorf("window %+v, want it soft: %v", w, soft)
		}
	}
}

// With credits the account goes on, whatever the answer says of its limit.
func TestUsageWithCredits(t *testing.T) {
	for credits, paid := range map[string]bool{
		`{"has_credits":true,"unlimited":false,"balance":"12.50"}`: true,
		`{"has_credits":false,"unlimited":true,"balance":null}`:    true,
		`{"has_credits":false,"unlimited":false,"balance":"0"}`:    false,
		`null`: false, `"many"`: false,
	} {
		for _, reached := range []string{`true`, `false`} {
			got, err := readUsage(t, `{"rate_limit":{"limit_reached":`+reached+`,"primary_window":{"used_percent":100,"limit_window_seconds":18000},
				"secondary_window":{"used_percent":60,"limit_window_seconds":604800}},"credits":`+credits+`}`)
			if err != nil || len(got.Windows) != 2 {
				t.Fatalf("%s: %+v, %v", credits, got, err)
			}
			full, other := got.Windows[0], got.Windows[1]
			if full.Paid != paid || full.Soft != (reached == `false` && !paid) || other.Paid {
				t.Errorf("credits %s, reached %s: %+v", credits, reached, got.Windows)
			}
		}
	}
}

// What is no figure is left out; the windows beside it count.
func TestHostileUsageIsLeftOut(t *testing.T) {
	for _, figure := range []string{`-1`, `1e308`, `1e309`, `1001`, `"NaN"`, `"42"`, `{}`, `null`} {
		got, err := readUsage(t, `{"rate_limit":{"primary_window":{"used_percent":`+figure+`,"reset_after_seconds":978307200},
			"secondary_window":{"used_percent":7,"reset_after_seconds":-5,"limit_window_seconds":1e308}}}`)
		if err != nil {
			t.Fatalf("%s: %v", figure, err)
		}
		if w := got.Windows; len(w) != 1 || w[0].Name != "secondary" || w[0].Utilization != 7 || !w[0].ResetAt.IsZero() || w[0].Length != 0 {
			t.Errorf("%s: usage %+v", figure, got)
		}
	}
}

// Only a clear no makes full windows ones that refuse nobody yet.
func TestUsageSaysWhetherALimitIsReached(t *testing.T) {
	for reached, soft := range map[string]bool{`false`: true, `true`: false, `null`: false, `"no"`: false, `0`: false} {
		got, err := readUsage(t, `{"rate_limit":{"limit_reached":`+reached+`,"primary_window":{"used_percent":100}}}`)
		if err != nil || len(got.Windows) != 1 || got.Windows[0].Soft != soft {
			t.Errorf("%s: usage %+v, %v", reached, got, err)
		}
	}
}

// A relative reset that is none does not hide the moment beside it.
func TestUsageWithAGarbledRelativeReset(t *testing.T) {
	for _, garbled := range []string{`-5`, `1e308`, `"NaN"`, `""`, `{}`} {
		got, err := readUsage(t, `{"rate_limit":{"primary_window":{"used_percent":7,"reset_after_seconds":`+garbled+`,"reset_at":9999999999}}}`)
		if err != nil || len(got.Windows) != 1 {
			t.Fatalf("%s: usage %+v, %v", garbled, got, err)
		}
		if w := got.Windows[0]; w.ResetAt.Sub(w.SeenAt) != 7*24*time.Hour {
			t.Errorf("%s: resets at %v", garbled, w.ResetAt)
		}
	}
}

func FuzzUsage(f *testing.F) {
	for _, body := range []string{
		`{"plan_type":"plus","rate_limit":{"limit_reached":false,"primary_window":{"used_percent":27,"limit_window_seconds":18000,"reset_after_seconds":13140}}}`,
		`{"additional_rate_limits":[{"limit_name":"\u001b[31m","rate_limit":{"primary_window":{"used_percent":1}}}],"x_rate_limit":{}}`,
		`{"rate_limit":{"secondary_window":{"used_percent":1e308,"reset_at":2752768800}}}`,
		`{"rate_limit":{"primary_window":{"used_percent":-1,"reset_after`, `<!DOCTYPE html>`, `[]`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got, err := readUsage(t, body)
		if err != nil && got.Windows != nil {
			t.Errorf("figures beside the error %v", err)
		}
		fixture.CheckUsage(t, got.Windows)
	})
}
