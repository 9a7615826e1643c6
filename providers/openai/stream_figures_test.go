package openai_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

// What Codex' streams tell of quota is what their headers would tell.
func TestRateLimitsEvent(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	reset := now.Add(3 * time.Hour).Unix()
	p := openai.New(openai.Options{})
	read := func(data string) account.Verdict {
		e := p.ReadEvent(nil, []byte(data))
		if e.Step != providers.StreamPreamble || e.Header == nil {
			t.Fatalf("%s: %+v", data, e)
		}
		return p.Classify(providers.Answer{Status: http.StatusOK, Header: e.Header, Kind: account.OAuth, Model: "gpt-6", Now: now})
	}
	const windows = `{"primary":{"used_percent":40.5,"window_minutes":300,"reset_at":%d},"secondary":{"used_percent":5,"window_minutes":10080,"reset_after_seconds":600}}`
	v := read(fmt.Sprintf(`{"type":"codex.rate_limits","plan_type":"pro","metered_limit_name":"codex","rate_limits":`+windows+`}`, reset))
	if v.Class != account.ClassSuccess || len(v.Usage) != 2 || v.Limits != nil {
		t.Fatalf("%+v", v)
	}
	first, second := v.Usage[0], v.Usage[1]
	if first.Utilization != 40.5 || first.Length != 5*time.Hour || first.ResetAt.Unix() != reset || second.Utilization != 5 || !second.ResetAt.Equal(now.Add(10*time.Minute)) {
		t.Errorf("%+v", v.Usage)
	}
	family := read(fmt.Sprintf(`{"type":"codex.rate_limits","metered_limit_name":"codex_bengalfox","rate_limits":`+windows+`}`, reset))
	if len(family.Usage) != 2 || family.Usage[0].Name == first.Name || !family.Usage[0].Partial {
		t.Errorf("a family's: %+v", family.Usage)
	}
	spent := read(`{"type":"codex.rate_limits","plan_type":"pro","rate_limits":{"primary":{"used_percent":100,"window_minutes":300,"reset_after_seconds":60}},"credits":{"has_credits":true,"balance":"9"}}`)
	if len(spent.Limits) == 0 || !spent.Limits[0].Paid {
		t.Errorf("paid with credits: %+v", spent)
	}
	for _, odd := range []string{
		`{"type":"codex.rate_limits"}`, `{"type":"codex.rate_limits","rate_limits":null}`, `{"type":"codex.rate_limits","rate_limits":{"primary":null,"secondary":[]}}`,
		`{"type":"codex.rate_limits","rate_limits":{"primary":{"used_percent":"x"}},"metered_limit_name":"a\r\nb: c"}`,
	} {
		if v := read(odd); len(v.Usage) != 0 || v.Limits != nil {
			t.Errorf("%s: %+v", odd, v)
		}
	}
}
