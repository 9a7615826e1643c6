package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// fillWide adds an account of which all is long, and a login to be imported.
func (d *desk) fillWide() (source string) {
	d.t.Helper()
	d.fill()
	store, err := persistence.OpenFiles(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	now := time.Now()
	err = store.Create(context.Background(), account.Record{
		ID: "019abcde-0000-7000-8000-0000000000ff", Provider: "anthropic", Label: "an account of a rather long name", Email: "somebody.with.a.long.name@a.long.domain.example",
		Plan: "Claude Max 20x", Kind: account.OAuth, Lineage: account.Owned, Enabled: true, Weight: 1, Generation: 1,
		Credentials: account.Credentials{AccessToken: account.NewSecret("at"), ExpiresAt: now.Add(time.Hour)},
		Fault:       &account.Fault{Kind: account.FaultReauth, Reason: "the provider refuses the login for a reason that takes more than one line to tell", At: now, Disabled: true},
		Usage:       []account.UsageWindow{{Name: "7d of a family", Utilization: 62, SeenAt: now, ResetAt: now.Add(7*24*time.Hour - 15*time.Minute)}},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		d.t.Fatal(err)
	}
	source = filepath.Join(d.t.TempDir(), "credentials.json")
	owner := d.owner(providertest.Anthropic)
	text := `{"claudeAiOauth":{"accessToken":"` + owner.AccessToken() + `","refreshToken":"` + owner.RefreshToken() + `","expiresAt":4102444800000}}`
	if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return source
}

// What is printed on a terminal fits its width: no line of it is wrapped by the
// terminal, and none ends in the middle of a cell unless that is told.
func TestOutputFitsTheTerminal(t *testing.T) {
	for _, width := range []int{40, 60, 80, 120, 200} {
		d := newDesk(t)
		source := d.fillWide()
		for _, line := range []string{"status", "accounts list", "accounts show work", "import --dry-run " + source, "accounts show 019abcde-0000-7000-8000-0000000000ff"} {
			d.start(width, 100, []string{"TERM=xterm"}, "multiaccount "+line+`; echo "status $?"`)
			screen := d.sees("status ")
			d.ends(exitDone)
			for written := range strings.Lines(strings.ReplaceAll(d.Written(), "\r", "")) {
				if got := lipgloss.Width(strings.TrimRight(written, "\n")); got > width {
					t.Errorf("%s at %d: a line of %d columns: %q\n%s", line, width, got, written, screen)
				}
			}
		}
	}
}

// The id of an account is whole or not there: the beginnings of ids are alike.
func TestListLeavesOutColumns(t *testing.T) {
	d := newDesk(t)
	d.fillWide()
	d.start(80, 30, nil, "multiaccount accounts list")
	screen := d.sees("KIND")
	d.ends(exitDone)
	if strings.Contains(screen, " ID") || !strings.Contains(screen, "E-MAIL") {
		t.Errorf("the list at 80 columns:\n%s", screen)
	}
}

// A watch scrolls.
func TestWatchScrolls(t *testing.T) {
	d := watch(t, 100, 10)
	d.sees("anthropic")
	d.missing("spare")
	d.press("G")
	d.sees("spare")
	d.sees("0 more")
	d.press("g")
	d.sees("anthropic")
	d.press("j")
	d.missing("anthropic  3 accounts")
}

// On a terminal that cannot show more, there is ASCII alone.
func TestOutputInASCII(t *testing.T) {
	for name, env := range map[string][]string{"dumb": {"TERM=dumb"}, "locale": {"LC_ALL=C"}} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.fill()
			for _, line := range []string{"status", "accounts list", "doctor --offline", "why", "accounts disable work"} {
				d.start(80, 60, env, "multiaccount "+line)
				if _, err := d.Wait(d.context()); err != nil {
					t.Fatal(err)
				}
				if i := strings.IndexFunc(d.Written(), func(r rune) bool { return r >= utf8.RuneSelf }); i >= 0 {
					t.Errorf("%s writes %q", line, d.Written()[i:])
				}
			}
		})
	}
	d := sit(t, 80, 24, "LC_ALL=C")
	if i := strings.IndexFunc(d.Written(), func(r rune) bool { return r >= utf8.RuneSelf }); i >= 0 {
		t.Errorf("the screen writes %q", d.Written()[i:min(len(d.Written()), i+40)])
	}
}
