package answer_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

func TestEvidenceKeepsTheLatestEnd(t *testing.T) {
	e := answer.NewEvidence(now, "")
	if e.Found() || e.Limits() != nil {
		t.Error("evidence of nothing")
	}
	e.Add("none", account.FromBody, 0)
	if e.Found() {
		t.Error("no wait counts as evidence")
	}
	e.Add("short", account.FromHeader, time.Minute)
	e.Add("long", account.FromBody, time.Hour)
	e.Add("middle", account.FromHeader, 2*time.Minute)
	want := account.Limit{
		Scope: account.ScopeAccount, Source: account.FromBody, Reason: "long", SeenAt: now, Until: now.Add(time.Hour),
	}
	if got := e.Limits(); len(got) != 1 || got[0] != want {
		t.Errorf("Limits = %+v, want %+v", got, want)
	}
}

func TestEvidenceOfAModel(t *testing.T) {
	e := answer.NewEvidence(now, "model-1")
	e.AddReset("requests", "6m0s")
	want := account.Limit{
		Scope: account.ScopeModel, Model: "model-1", Source: account.FromHeader, Reason: "requests", SeenAt: now, Until: now.Add(6 * time.Minute),
	}
	if got := e.Limits(); len(got) != 1 || got[0] != want {
		t.Errorf("Limits = %+v, want %+v", got, want)
	}
}

// The monotonic clock stands still while a machine sleeps; a limit does not.
func TestEvidenceCountsByTheWallClock(t *testing.T) {
	e := answer.NewEvidence(time.Now(), "")
	e.Add("x", account.FromHeader, time.Hour)
	if until := e.Limits()[0].Until; until != until.Round(0) {
		t.Errorf("Until has a monotonic reading: %v", until)
	}
}

func TestLimitsAtAnyProvider(t *testing.T) {
	body := []byte(`{"error":{"code":"busy","resets_in_seconds":90}}`)
	for name, c := range map[string]struct {
		header http.Header
		body   []byte
		want   time.Duration
		source account.Source
		reason string
	}{
		"header":          {http.Header{"Retry-After": {"5"}}, nil, 5 * time.Second, account.FromHeader, "retry_after"},
		"body":            {nil, body, 90 * time.Second, account.FromBody, "body"},
		"header and body": {http.Header{"Retry-After": {"5"}}, body, 90 * time.Second, account.FromBody, "body"},
		"header is later": {http.Header{"Retry-After": {"120"}}, body, 2 * time.Minute, account.FromHeader, "retry_after"},
	} {
		t.Run(name, func(t *testing.T) {
			got := answer.Limits(providers.Answer{Header: c.header, Body: c.body, Now: now}, answer.Fault{}, "")
			if len(got) != 1 || got[0].Until != now.Add(c.want) || got[0].Source != c.source || got[0].Reason != c.reason {
				t.Errorf("Limits = %+v, want %v from now by the %s", got, c.want, c.source)
			}
		})
	}
	if got := answer.Limits(providers.Answer{Now: now, Body: []byte(`{}`)}, answer.Fault{}, "code"); got != nil {
		t.Errorf("Limits of an answer that says nothing = %+v", got)
	}
}

func TestUsed(t *testing.T) {
	for _, c := range []struct {
		limit, remaining string
		want             float64
		ok               bool
	}{
		{"100", "75", 25, true},
		{"100", "0", 100, true},
		{"100", "150", 0, true},
		{"0", "0", 0, false},
		{"", "5", 0, false},
		{"100", "", 0, false},
		{"100", "-5", 0, false},
		{"NaN", "1", 0, false},
	} {
		if got, ok := answer.Used(c.limit, c.remaining); got != c.want || ok != c.ok {
			t.Errorf("Used(%q, %q) = %v, %v; want %v, %v", c.limit, c.remaining, got, ok, c.want, c.ok)
		}
	}
}

func TestMoment(t *testing.T) {
	if got := answer.Moment("90", now); got != now.Add(90*time.Second) {
		t.Errorf("Moment in 90 s = %v", got)
	}
	for _, none := range []string{"", "soon", "0", "1000000000"} {
		if got := answer.Moment(none, now); !got.IsZero() {
			t.Errorf("Moment(%q) = %v, want none", none, got)
		}
	}
}

func TestKeyModel(t *testing.T) {
	if got := answer.KeyModel(providers.Answer{Kind: account.APIKey, Model: account.Tiered("m", "fast")}); got != "m" {
		t.Errorf("of a key: %q", got)
	}
	if got := answer.KeyModel(providers.Answer{Kind: account.OAuth, Model: "m"}); got != "" {
		t.Errorf("of a login: %q", got)
	}
}
