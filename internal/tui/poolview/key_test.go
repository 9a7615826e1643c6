package poolview

import (
	"context"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
)

// "l" replaces the key of an account that has one: it asks for nothing else, and the
// account stays.
func TestKeyIsReplaced(t *testing.T) {
	seen := several()
	seen.Accounts[0].Kind = account.APIKey
	s := newStand(t, seen)
	var got Login
	s.host.login = func(_ context.Context, l Login, _ Talk) (login.Saved, error) {
		got = l
		return login.Saved{ID: "a", Label: "work", Known: true}, nil
	}
	s.press("l", "k", "e", "y", "enter")
	if got.Account != "a" || got.Key.Reveal() != "key" || got.Method != ByKey {
		t.Errorf("the login is for %q by %q", got.Account, got.Method)
	}
	if strings.Contains(s.screen(), "another account") {
		t.Errorf("the screen says:\n%s", s.screen())
	}
}

// An account whose file cannot be read can be removed, and nothing else.
func TestQuarantinedAccountIsRemoved(t *testing.T) {
	s := newStand(t, several())
	s.press("G")
	if s.current().State != multiaccount.StateQuarantined {
		t.Fatalf("%+v is selected", s.current())
	}
	s.press("e")
	if len(s.host.calls) > 0 && s.host.calls[0] != "look" {
		t.Errorf("%q", s.host.calls)
	}
	s.press("x", "left", "enter")
	if !strings.Contains(strings.Join(s.host.calls, " "), "remove 0123456789") {
		t.Errorf("%q", s.host.calls)
	}
}
