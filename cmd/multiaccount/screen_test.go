package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/vt"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/screens/stage"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
)

func TestScreenShowsTheAccounts(t *testing.T) {
	d := sit(t, 80, 24)
	d.shows("accounts-80", "quit")
	d.press(down)
	d.shows("limited-80", "alice@home.example")
	d.press("?")
	d.shows("help-80", "show only accounts")
	d.press(escape)
	d.shows("limited-80", "alice@home.example")
	d.press("\t")
	d.shows("next-provider-80", "team@example.com")
}

func TestScreenFollowsTheSizeOfTheTerminal(t *testing.T) {
	d := sit(t, 40, 20)
	d.shows("accounts-40", "quit")
	for _, size := range []struct {
		name          string
		width, height int
	}{{"accounts-120", 120, 30}, {"accounts-200", 200, 50}, {"accounts-80", 80, 24}, {"accounts-60x10", 60, 10}} {
		if err := d.Resize(size.width, size.height); err != nil {
			t.Fatal(err)
		}
		d.shows(size.name, "quit")
	}
	d.press("s")
	d.shows("strategy-60x10", "drain-first")
	d.press(escape)
	d.missing("drain-first")
	d.press("x")
	d.sees("Remove work of anthropic?")
	if err := d.Resize(80, 24); err != nil {
		t.Fatal(err)
	}
	d.shows("remove-80", "deleted from this machine")
}

// colours counts the cells that have a colour.
func (d *desk) colours() int {
	n := 0
	d.Draw(func(screen *vt.Emulator) {
		for y := range screen.Height() {
			for x := range screen.Width() {
				if c := screen.CellAt(x, y); c != nil && (c.Style.Fg != nil || c.Style.Bg != nil) {
					n++
				}
			}
		}
	})
	return n
}

func TestScreenHonoursNoColor(t *testing.T) {
	d := sit(t, 80, 24)
	d.shows("accounts-80", "quit")
	if d.colours() == 0 {
		t.Error("nothing has a colour on a terminal that has them")
	}
	d = sit(t, 80, 24, "NO_COLOR=1")
	d.shows("accounts-80", "quit")
	if n := d.colours(); n > 0 {
		t.Errorf("%d cells have a colour although NO_COLOR is set", n)
	}
}

// leaving runs the screen in a shell that tells how it was left, and in which
// mode the terminal is then.
const leaving = `multiaccount; echo "status $?"; stty -a`

func TestScreenGivesTheTerminalBack(t *testing.T) {
	for name, test := range map[string]struct {
		leave func(d *desk)
		want  string
	}{
		"q":      {func(d *desk) { d.press("q") }, "status 0"},
		"ctrl-c": {func(d *desk) { d.press(ctrlC) }, "status 130"},
		"ctrl-c in a form": {func(d *desk) {
			d.press("x")
			d.sees("Remove work of anthropic?")
			d.press(ctrlC)
		}, "status 130"},
		"ctrl-c in a login": {func(d *desk) {
			d.press("l" + enter)
			d.sees("waiting for the login")
			d.press(ctrlC)
		}, "status 130"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			if err := stage.Fill(t.Context(), d.dir, d.srv); err != nil {
				t.Fatal(err)
			}
			d.start(80, 24, nil, leaving)
			d.sees("side project")
			test.leave(d)
			screen := d.sees("icanon")
			if !strings.Contains(screen, test.want) || strings.Contains(screen, "-icanon") || strings.Contains(screen, "-echo ") {
				t.Errorf("the terminal is not as it was, or the status not %q:\n%s", test.want, screen)
			}
			d.Draw(func(screen *vt.Emulator) {
				if screen.IsAltScreen() || screen.CursorHidden() {
					t.Error("the screen is still the program's, or the cursor hidden")
				}
			})
			if _, ok := d.stored("anthropic", "work"); !ok {
				t.Error("the account is gone")
			}
		})
	}
}

func TestScreenEndsWithItsProcess(t *testing.T) {
	d := newDesk(t)
	if err := stage.Fill(t.Context(), d.dir, d.srv); err != nil {
		t.Fatal(err)
	}
	d.start(80, 24, nil, "exec multiaccount")
	d.sees("side project")
	if err := d.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	d.ends(exitInterrupted)
	d.Draw(func(screen *vt.Emulator) {
		if screen.IsAltScreen() || screen.CursorHidden() {
			t.Error("the terminal was not given back")
		}
	})
}

func TestScreenTellsHowToBegin(t *testing.T) {
	d := newDesk(t)
	if err := stage.Configure(t.Context(), d.dir, d.srv); err != nil {
		t.Fatal(err)
	}
	d.start(80, 24, nil, "multiaccount")
	d.shows("empty-80", "Claude Code on this machine")
	d.press("q")
	d.ends(exitDone)
}

func TestScreenChangesAnAccount(t *testing.T) {
	d := sit(t, 80, 24)
	d.press("n")
	d.shows("rename-80", "Rename work")
	d.press("\x15" + enter) // the whole line is deleted
	d.sees("a name needs a letter")
	d.press("main" + enter)
	d.sees("renamed work")
	d.sees("● main")
	if _, ok := d.stored("anthropic", "main"); !ok {
		t.Error("the new name is not on disk")
	}
	d.press("e")
	d.sees("disabled main")
	d.sees("switched off by its user")
	if r, _ := d.stored("anthropic", "main"); r.Enabled {
		t.Error("the account is not disabled on disk")
	}
	d.press("e")
	d.sees("enabled main")
	d.press("j" + "c")
	d.sees("forgot the limits of personal")
	d.press("r")
	d.sees("refreshed personal")
	if r, _ := d.stored("anthropic", "personal"); r.Generation != 2 || len(r.Limits) != 0 {
		t.Errorf("generation %d, limits %v on disk", r.Generation, r.Limits)
	}
	d.press(escape)
	d.missing("refreshed personal") // which would fade at some moment
	d.press("v")
	d.shows("events-80", "was enabled")
}

func TestScreenPinsAnAccount(t *testing.T) {
	d := sit(t, 100, 30)
	d.press("jp")
	d.sees("pinned personal")
	d.sees("pinned: it serves all requests")
	d.press("p")
	d.sees("unpinned personal")
	d.missing("pinned: it serves")
}

func TestScreenRemovesWhatIsConfirmed(t *testing.T) {
	d := sit(t, 80, 24)
	d.press("x")
	d.shows("remove-80", "deleted from this machine")
	d.press(enter) // "Keep" is proposed
	d.sees("nothing was changed")
	d.press("x")
	d.sees("deleted from this machine")
	d.press(escape)
	d.missing("deleted from this machine")
	if _, ok := d.stored("anthropic", "work"); !ok {
		t.Fatal("the account is gone without a yes")
	}
	d.press("x")
	d.sees("deleted from this machine")
	d.press(left + enter)
	d.sees("removed work")
	d.missing("● work")
	if _, ok := d.stored("anthropic", "work"); ok {
		t.Error("the account is still on disk")
	}
}

func TestScreenStoresTheStrategy(t *testing.T) {
	d := sit(t, 80, 24)
	d.press("s")
	d.shows("strategy-80", "drain-first")
	d.press(down + down + enter)
	d.sees("the strategy is hybrid now")
	d.sees("3 ready · hybrid")
	path := filepath.Join(d.dir, settings.FileName)
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), "// nothing is asked for by itself") {
		t.Errorf("the comment is gone: %v\n%s", err, text)
	}
	if s, err := settings.Load(path); err != nil || s.AccountSelectionStrategy != settings.StrategyHybrid {
		t.Errorf("strategy %q on disk, %v", s.AccountSelectionStrategy, err)
	}
}

// The pages of the screen show what the commands do.
func TestScreenExplainsAndExamines(t *testing.T) {
	d := sit(t, 80, 24)
	d.press("w")
	d.sees("No decisions are known")
	d.press(escape)
	d.sees("● work")
	d.press("d")
	d.sees("has room; its locks work")
	d.sees("personal is cooling")
	d.press(escape)
	d.sees("● work")
	d.press("/spare")
	d.missing("side project")
	d.sees("1 of 1 with “spare”")
	d.press(enter + enter)
	d.sees("quota since this screen was opened")
	d.press(escape)
	d.sees("▌ ● spare")
	d.press(escape)
	d.sees("side project")
	d.press("\x1b[<0;10;5M") // a click on the second account
	d.sees("personal  cooling")
}

func TestScreenSaysWhenTheEnvironmentHasTheStrategy(t *testing.T) {
	d := sit(t, 80, 24, "MULTIACCOUNT_ACCOUNT_SELECTION_STRATEGY=drain-first")
	d.sees("drain-first")
	d.press("s" + down + enter)
	d.press("")
	d.sees("MULTIACCOUNT_ACCOUNT_SELECTION_STRATEGY says otherwise")
}

func TestScreenTellsWhatIsWrong(t *testing.T) {
	d := sit(t, 80, 24)
	d.srv.StartOutage(providertest.Anthropic, providertest.OAuthError("temporarily_unavailable"))
	d.press("r")
	d.sees("✗")
	d.press(escape)
	d.missing("✗")
	path := filepath.Join(d.dir, settings.FileName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("{\n  \"max_wiat_ms\": 1\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.sees("max_wait_ms")
	d.sees("side project")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	d.missing("max_wait_ms")
}

func TestScreenShowsWhatOthersUse(t *testing.T) {
	d := sit(t, 80, 24)
	other := otherProcess(t, d.dir)
	if err := other.Claim("anthropic", []string{stage.ID("03")}); err != nil {
		t.Fatal(err)
	}
	d.shows("claimed-80", "in use")
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	d.missing("in use")
	d.shows("accounts-80", "quit")
}

// What a provider calls an account must not reach the terminal as a command to
// it, on the screen or in what commands print.
func TestTerminalGetsNoForeignEscapes(t *testing.T) {
	const evil = "\x1b]0;owned\x07\x1b[31meve\u202e"
	d := newDesk(t)
	if err := stage.Fill(t.Context(), d.dir, d.srv); err != nil {
		t.Fatal(err)
	}
	store := otherProcess(t, d.dir)
	_, err := store.Update(t.Context(), persistence.Key{Provider: "anthropic", ID: stage.ID("01")}, func(r *account.Record) {
		r.Label, r.Plan, r.Email = "", evil, evil
		r.Usage[0].Name = evil
	})
	if err := errors.Join(err, store.Close()); err != nil {
		t.Fatal(err)
	}
	for line, seen := range map[string]string{"multiaccount": "eve", "multiaccount status": "eve", "multiaccount accounts list": "eve", "multiaccount accounts show " + stage.ID("01"): "last used"} {
		d.start(100, 40, nil, line)
		d.sees(seen)
		if written := d.Written(); strings.Contains(written, "owned\x07") || strings.Contains(written, "\x1b[31meve") || strings.Contains(written, "\u202e") {
			t.Errorf("%s: %q", line, written)
		}
	}
}

// The log of debug is not written upon the screen, but where it is sent. What
// is logged before there is a screen shows.
func TestScreenKeepsTheLogOff(t *testing.T) {
	d := newDesk(t)
	if err := stage.Fill(t.Context(), d.dir, d.srv); err != nil {
		t.Fatal(err)
	}
	d.start(80, 24, []string{"MULTIACCOUNT_DEBUG=true"}, "multiaccount")
	d.sees("● work")
	_, before, _ := strings.Cut(d.Written(), "\x1b[?1049h") // the alternate screen begins
	d.press("e")
	d.sees("disabled work")
	_, written, _ := strings.Cut(d.Written(), "\x1b[?1049h")
	if before == "" || strings.Contains(written, `"level"`) {
		t.Error("the log is on the screen")
	}
	log := filepath.Join(d.dir, "log")
	d.start(80, 24, []string{"MULTIACCOUNT_DEBUG=true"}, "multiaccount 2> "+log)
	d.sees("● work")
	d.press("e")
	d.sees("enabled work")
	d.press("q")
	d.ends(exitDone)
	if text, err := os.ReadFile(log); err != nil || !strings.Contains(string(text), `"level"`) {
		t.Errorf("nothing is logged: %v", err)
	}
}
