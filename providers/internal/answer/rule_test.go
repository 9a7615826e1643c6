package answer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

func TestFindTheFirstRuleThatMatches(t *testing.T) {
	late := func(a providers.Answer, _ answer.Error) bool { return a.Status == 429 }
	rules := []answer.Rule{
		{Phrase: "you're out of *", Says: answer.OwnerNeeded, Word: "phrase"},
		{Phrase: "the '*' model is not *here", Says: answer.NoModel, Word: "stars"},
		{Code: "busy", Phrase: "now", Says: answer.RequestsOwn, Word: "both"},
		{Code: "busy", When: late, Says: answer.QuotaUsedUp, Word: "late"},
		{Code: "busy", Says: answer.PlanUsedUp, Word: "code"},
	}
	for name, c := range map[string]struct {
		e      answer.Error
		status int
		want   string
	}{
		"phrase":            {answer.Error{Message: "You're out of money"}, 400, "phrase"},
		"other apostrophes": {answer.Error{Message: " You\u2019re\u00a0out \n OF money"}, 400, "phrase"},
		"in the middle":     {answer.Error{Message: "He says: you're out of money"}, 400, ""},
		"stars":             {answer.Error{Message: "The 'a' model is not known here."}, 400, "stars"},
		"stars in order":    {answer.Error{Message: "The model is not 'a' here"}, 400, ""},
		"code and phrase":   {answer.Error{Code: "busy", Message: "Now"}, 400, "both"},
		"when":              {answer.Error{Type: "busy"}, 429, "late"},
		"type":              {answer.Error{Type: "busy"}, 400, "code"},
		"kind of limit":     {answer.Error{Code: "x", Limit: "busy"}, 400, "code"},
		"part of a code":    {answer.Error{Code: "busy_now"}, 400, ""},
		"nothing":           {answer.Error{}, 400, ""},
	} {
		if got := answer.Find(rules, providers.Answer{Status: c.status}, c.e); got.Word != c.want {
			t.Errorf("%s: %q, want %q", name, got.Word, c.want)
		}
	}
}

func TestWindowName(t *testing.T) {
	for want, c := range map[string]struct {
		family string
		length time.Duration
	}{
		"5h":         {"", 5 * time.Hour},
		"7d":         {"", 7 * 24 * time.Hour},
		"1d":         {"", 24 * time.Hour},
		"30d":        {"", 30 * 24 * time.Hour},
		"36h":        {"", 36 * time.Hour},
		"15m":        {"", 15 * time.Minute},
		"1m":         {"", time.Second},
		"place":      {"", 0},
		"Opus 3h":    {"Opus", 3 * time.Hour},
		"Opus place": {"Opus", 0},
	} {
		if got := answer.WindowName(c.family, c.length, "place"); got != want {
			t.Errorf("%q of %v: %q, want %q", c.family, c.length, got, want)
		}
	}
	// Some servers count a minute less.
	if got := answer.WindowName("", 299*time.Minute, "") + answer.WindowName("", 10079*time.Minute, ""); got != "5h7d" {
		t.Errorf("a minute less: %q", got)
	}
}

func TestFamilyIsFitToBeShown(t *testing.T) {
	for name, want := range map[string]string{
		"opus": "Opus", "overage_included": "Overage included", "GPT-5.3-Codex-Spark": "GPT-5.3-Codex-Spark", "": "",
		"\x1b[31mred\u202e\n": "31mred", "été": "T", "   ": "",
	} {
		if got := answer.Family(name); got != want {
			t.Errorf("Family(%q) = %q, want %q", name, got, want)
		}
	}
	if got := answer.Family(strings.Repeat("x", 500)); len(got) != 40 {
		t.Errorf("%d characters", len(got))
	}
}
