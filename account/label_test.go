package account_test

import (
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
)

func TestDisplayLabel(t *testing.T) {
	rec := account.Record{ID: "0190aaaa-bbbb", Email: "e@x", Label: "l"}
	for _, want := range []string{"l", "e@x", "Account (aaa-bbbb)"} {
		if got := rec.DisplayLabel(); got != want {
			t.Errorf("label %q, want %q", got, want)
		}
		if rec.Label != "" {
			rec.Label = ""
		} else {
			rec.Email = ""
		}
	}
}

func TestParseLabel(t *testing.T) {
	longest := strings.Repeat("ü", account.MaxLabel)
	for text, want := range map[string]string{" work\n": "work", longest: longest, "日本 語": "日本 語"} {
		if got, err := account.ParseLabel(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", " \t\n", longest + "ü"} {
		if got, err := account.ParseLabel(text); err == nil {
			t.Errorf("%q was taken as %q", text, got)
		}
	}
}
