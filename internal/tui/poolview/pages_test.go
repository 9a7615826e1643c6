package poolview

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-810f1486/multiaccount"
)

// many are two hundred accounts of two providers.
func many() Snapshot {
	seen := several()
	seen.Accounts = nil
	for i := range 200 {
		provider := []string{"anthropic", "openai"}[i/100]
		seen.Accounts = append(seen.Accounts, member(provider, fmt.Sprint("id", i), fmt.Sprint("account ", i), multiaccount.StateReady))
	}
	return seen
}

// plainly is the screen without its styles.
func (s *stand) plainly() string { return styles.ReplaceAllString(s.screen(), "") }

var styles = regexp.MustCompile(`\x1b\[[0-9;]*m`)

func (s *stand) shows(text string) {
	s.t.Helper()
	if screen := s.plainly(); !strings.Contains(screen, text) {
		s.t.Errorf("%q does not show:\n%s", text, screen)
	}
}

func (s *stand) ids() []string {
	ids := []string{}
	for i := range s.seen.Accounts {
		ids = append(ids, s.seen.Accounts[i].ID)
	}
	return ids
}

func TestFilterShowsWhatItLeaves(t *testing.T) {
	s := newStand(t, many())
	s.shows("200 accounts, 200 ready · sticky · 1 of 200")
	s.press("/", "1", "9", "9")
	s.shows("/199▌")
	if got := s.ids(); !slices.Equal(got, []string{"id199"}) {
		t.Errorf("%v", got)
	}
	s.shows("1 of 1 with “199”")
	s.press("enter")
	s.press("e")
	if !slices.Contains(s.host.calls, "disable id199") {
		t.Errorf("calls %v", s.host.calls)
	}
	s.press("/", "x")
	s.shows("No account has “199x”")
	s.press("e") // part of the text
	s.press("esc")
	if len(s.ids()) != 200 {
		t.Errorf("%d accounts after escape", len(s.ids()))
	}
	s.press("/", "5", "enter", "esc")
	if len(s.ids()) != 200 {
		t.Errorf("%d accounts after escape on the list", len(s.ids()))
	}
}

// A look in between leaves filter and order as they are.
func TestFilterSurvivesALook(t *testing.T) {
	s := newStand(t, several())
	s.press("/", "s", "p", "a", "r", "e", "enter")
	s.Update(sighted{seen: several()})
	if got := s.ids(); !slices.Equal(got, []string{"d"}) {
		t.Errorf("%v", got)
	}
}

func TestOrderWithinProviders(t *testing.T) {
	s := newStand(t, several())
	s.all[3].Usage, s.all[1].LastUsedAt = nil, noon
	for _, want := range []string{"a b 0123456789 c d", "b a c 0123456789 d", "a b c d 0123456789", "b a c d 0123456789", "a b c d 0123456789"} {
		s.press("o")
		if got := strings.Join(s.ids(), " "); got != want {
			t.Errorf("%v: %v, want %v", s.order, got, want)
		}
	}
	if s.order != byAge {
		t.Errorf("order %v after a round", s.order)
	}
}

func TestPagesOfTheList(t *testing.T) {
	s := newStand(t, many())
	before := s.at()
	s.run(s.react(tea.KeyPressMsg{Code: tea.KeyPgDown}))
	if step := s.at() - before; step < 3 {
		t.Errorf("a page down moves %d", step)
	}
	s.press("G")
	if s.screen(); s.at() != 199 {
		t.Errorf("at %d", s.at())
	}
	// The heading is above the first account that shows, however far it is from its provider.
	lines := s.list(s.listHeight())
	if !strings.Contains(lines[0], "openai") {
		t.Errorf("the first line is %q", lines[0])
	}
	s.run(s.react(tea.KeyPressMsg{Code: tea.KeyPgUp}))
	if s.at() > 196 {
		t.Errorf("a page up leads to %d", s.at())
	}
}

func TestMouseChoosesAndScrolls(t *testing.T) {
	s := newStand(t, several())
	s.react(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	if s.selected.id != "b" {
		t.Errorf("%s is selected after a turn of the wheel", s.selected.id)
	}
	y := slices.IndexFunc(strings.Split(s.plainly(), "\n"), func(line string) bool { return strings.Contains(line, "● spare") })
	s.react(tea.MouseClickMsg{X: 10, Y: y, Button: tea.MouseLeft})
	if s.selected.id != "d" {
		t.Errorf("%s is selected after a click on line %d", s.selected.id, y)
	}
	y = slices.IndexFunc(strings.Split(s.plainly(), "\n"), func(line string) bool { return strings.Contains(line, "● spare") })
	s.react(tea.MouseClickMsg{X: 10, Y: y, Button: tea.MouseLeft})
	if s.page != onAccount {
		t.Errorf("page %d after a click on the selected account", s.page)
	}
	for _, at := range []int{0, 1, 1000, -1} {
		s.press("esc")
		s.react(tea.MouseClickMsg{X: 3, Y: at, Button: tea.MouseLeft})
		if s.page != onAccounts || s.selected.id != "d" {
			t.Errorf("a click on line %d does something", at)
		}
	}
}

func TestPageOfAnAccount(t *testing.T) {
	seen := several()
	seen.Accounts[0].UsedBy = []int{17, 18}
	seen.Accounts[0].Claimed = true
	s := newStand(t, seen)
	for i := range 3 {
		next := several()
		next.Accounts[0] = seen.Accounts[0]
		next.Accounts[0].Usage = []multiaccount.UsageWindow{{Name: "5h", Utilization: float64(i) * 40, SeenAt: noon.Add(time.Duration(i+1) * time.Minute)}}
		s.Update(sighted{seen: next})
	}
	s.note(multiaccount.SaveFailed{Occurrence: multiaccount.Occurrence{Provider: "anthropic", AccountID: "a"}, Reason: "the disk is full"})
	s.note(multiaccount.SaveFailed{Occurrence: multiaccount.Occurrence{Provider: "anthropic", AccountID: "b"}, Reason: "somebody else's"})
	s.react(tea.WindowSizeMsg{Width: 100, Height: 40})
	s.press("enter")
	for _, text := range []string{"in use by process 17, 18", "▇", "the disk is full", "decisions about a"} {
		s.shows(text)
	}
	if strings.Contains(s.screen(), "somebody else's") {
		t.Error("another account's event shows")
	}
	s.press("enter")
	if s.page != onAccounts {
		t.Errorf("page %d after enter", s.page)
	}
}

func TestPagesFromTheHost(t *testing.T) {
	s := newStand(t, several())
	s.press("w")
	s.shows("decisions about a")
	s.press("esc", "d")
	s.shows("more below")
	s.press("G")
	if strings.Contains(s.screen(), "more below") {
		t.Error("there is more below the end")
	}
	s.press("esc", "i")
	s.shows("two logins")
	s.shows("takes these logins in")
	s.press("enter")
	if !slices.Contains(s.host.calls, "import false") {
		t.Errorf("calls %v", s.host.calls)
	}
	s.press("enter")
	if s.page != onAccounts {
		t.Errorf("page %d", s.page)
	}
	s.host.err = errBoom
	s.press("i")
	s.shows("boom")
	s.press("enter") // takes nothing in
	if n := len(slices.DeleteFunc(slices.Clone(s.host.calls), func(c string) bool { return c != "import false" })); n != 1 {
		t.Errorf("%d imports", n)
	}
}

func TestUsageNamesWhoFailedAndGoesOn(t *testing.T) {
	s := newStand(t, several())
	s.host.err = errors.New("no answer")
	s.press("u")
	asked := slices.DeleteFunc(slices.Clone(s.host.calls), func(c string) bool { return !strings.HasPrefix(c, "usage ") })
	if len(asked) != 3 {
		t.Errorf("asked %v", asked)
	}
	for _, text := range []string{"3 of 3 accounts did not tell", "work: no answer"} {
		if !strings.Contains(s.notice.text, text) {
			t.Errorf("the notice is %q", s.notice.text)
		}
	}
}

func TestIDIsCopied(t *testing.T) {
	s := newStand(t, several())
	cmd := s.react(tea.KeyPressMsg{Code: 'y', Mod: tea.ModCtrl})
	if cmd == nil || !strings.Contains(s.notice.text, "id of work") {
		t.Errorf("the notice is %q", s.notice.text)
	}
}
