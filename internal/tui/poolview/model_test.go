package poolview

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/login"
)

// Whatever the size, no line is too long, there are not too many, and nothing
// is written beyond the foot.
func TestScreenFitsEverySize(t *testing.T) {
	crowd := several()
	for i := range 60 {
		crowd.Accounts = append(crowd.Accounts, member("openai", fmt.Sprint("x", i), fmt.Sprint("account ", i), multiaccount.StateReady))
	}
	pages := map[string]func(s *stand){
		"list": func(*stand) {}, "help": func(s *stand) { s.page = onHelp },
		"events": func(s *stand) {
			s.page = onEvents
			for range 300 {
				s.note(multiaccount.SaveFailed{Occurrence: multiaccount.Occurrence{Label: "work"}, Reason: strings.Repeat("far too long ", 30)})
			}
		},
		"remove":   func(s *stand) { s.press("x") },
		"strategy": func(s *stand) { s.press("s") },
		"notice":   func(s *stand) { s.notice = notice{strings.Repeat("far too long ", 60), bad} },
		"login": func(s *stand) {
			s.attempt = &attempt{Login: Login{Provider: "openai"}, url: "https://example.com/" + strings.Repeat("long", 200)}
		},
	}
	for name, show := range pages {
		for _, seen := range []Snapshot{{}, several(), crowd} {
			s := newStand(t, seen)
			show(s)
			for _, width := range []int{32, 40, 60, 80, 119, 120, 200} {
				for _, height := range []int{5, 10, 20, 24, 60} {
					s.Update(tea.WindowSizeMsg{Width: width, Height: height})
					lines := strings.Split(s.screen(), "\n")
					if len(lines) > height {
						t.Fatalf("%s, %d accounts, %d×%d: %d lines", name, len(seen.Accounts), width, height, len(lines))
					}
					for _, line := range lines {
						if lipgloss.Width(line) > width {
							t.Fatalf("%s, %d×%d: %d columns: %s", name, width, height, lipgloss.Width(line), line)
						}
					}
				}
			}
		}
	}
}

// A picture of many accounts costs what shows, not what there is.
func BenchmarkScreenOfManyAccounts(b *testing.B) {
	crowd := several()
	for i := range 10_000 {
		crowd.Accounts = append(crowd.Accounts, member("openai", fmt.Sprint("x", i), fmt.Sprint("account ", i), multiaccount.StateReady))
	}
	c := newBackground(b.Context())
	b.Cleanup(c.dismiss)
	m := newModel(&fake{}, c, func() time.Time { return noon }, nil)
	m.react(sighted{seen: crowd})
	for b.Loop() {
		_ = m.screen()
	}
}

func TestSelectedAccountIsAlwaysOnTheScreen(t *testing.T) {
	crowd := several()
	for i := range 60 {
		crowd.Accounts = append(crowd.Accounts, member("openai", fmt.Sprint("x", i), fmt.Sprint("account ", i), multiaccount.StateReady))
	}
	s := newStand(t, crowd)
	for range crowd.Accounts {
		if !strings.Contains(s.screen(), "▌") {
			t.Fatalf("%s is selected and does not show:\n%s", s.selected.id, s.screen())
		}
		s.press("down")
	}
	if s.selected.id != "x59" {
		t.Errorf("%s is selected, want the last", s.selected.id)
	}
}

func TestSelectionStaysWithItsAccount(t *testing.T) {
	seen := several()
	s := newStand(t, seen)
	s.press("down")
	slices.Reverse(seen.Accounts)
	s.Update(sighted{seen: seen})
	if s.selected.id != "b" {
		t.Errorf("%v is selected, want b", s.selected)
	}
	seen.Accounts = several().Accounts[2:]
	seen.Accounts[1].Active = true
	s.Update(sighted{seen: seen})
	if s.selected.id != "d" {
		t.Errorf("%v is selected, want the active one in place of one that has gone", s.selected)
	}
	s.press("tab")
	if s.selected.id != "d" {
		t.Errorf("%v is selected, want no change where there is one provider", s.selected)
	}
	s.Update(sighted{seen: several()})
	s.press("tab")
	if s.selected.id != "a" {
		t.Errorf("%v is selected, want the first of the other provider", s.selected)
	}
}

func TestKeysReachTheEngine(t *testing.T) {
	for want, keys := range map[string][]string{
		"disable a":            {"e"},
		"pin a":                {"p"},
		"enable d":             {"G", "up", "e"},
		"refresh a":            {"r"},
		"reset b":              {"down", "c"},
		"rename a worked":      {"n", "e", "d", "enter"},
		"remove a":             {"x", "left", "enter"},
		"strategy round-robin": {"s", "down", "enter"},
		"usage c":              {"u"},
	} {
		s := newStand(t, several())
		s.press(keys...)
		if !slices.Contains(s.host.calls, want) || s.host.calls[len(s.host.calls)-1] != "look" {
			t.Errorf("%q: %q, want %q and then a look", keys, s.host.calls, want)
		}
	}
	for _, keys := range [][]string{{"x", "enter"}, {"x", "esc"}, {"x", "n"}, {"n", "esc"}, {"s", "esc"}, {"a", "esc"}} {
		s := newStand(t, several())
		s.press(keys...)
		if len(s.host.calls) > 0 || s.dialog != nil || s.notice.text != "nothing was changed" {
			t.Errorf("%q: %q, %q", keys, s.host.calls, s.notice.text)
		}
	}
}

// A question is about the account that was selected when it was asked, also
// when another program has removed that one meanwhile.
func TestAnswersAreForTheAccountThatWasAskedAbout(t *testing.T) {
	for want, keys := range map[string][2][]string{
		"remove a":     {{"x"}, {"left", "enter"}},
		"rename a new": {{"n"}, {"enter"}},
	} {
		s := newStand(t, several())
		s.seen.Accounts[0].Label = "new"
		s.press(keys[0]...)
		without := several()
		without.Accounts = without.Accounts[1:]
		s.host.seen = without
		s.run(s.react(sighted{seen: without}))
		if s.selected.id == "a" {
			t.Fatal("the account is still selected")
		}
		s.press(keys[1]...)
		if !slices.Contains(s.host.calls, want) {
			t.Errorf("%q, want %q", s.host.calls, want)
		}
	}
}

func TestKeysWithoutAccountsDoNothing(t *testing.T) {
	s := newStand(t, Snapshot{})
	s.press("e", "r", "c", "n", "x", "l", "a", "up", "down", "tab", "G", "g")
	if len(s.host.calls) > 0 || s.dialog != nil {
		t.Errorf("%q, %v", s.host.calls, s.dialog)
	}
}

func TestFailuresShowOnTheScreen(t *testing.T) {
	for want, err := range map[string]error{
		"boom":                errBoom,
		"press l":             &multiaccount.ReauthRequiredError{AccountID: "a", Reason: "invalid_grant"},
		"it took too long":    context.DeadlineExceeded,
		"another program has": multiaccount.ErrUnknownAccount,
	} {
		s := newStand(t, several())
		s.host.err = err
		s.press("r")
		if !strings.Contains(s.screen(), want) {
			t.Errorf("%v: no %q on\n%s", err, want, s.screen())
		}
	}
	s := newStand(t, several())
	s.Update(sighted{err: errBoom})
	if shown := s.screen(); !strings.Contains(shown, "cannot look") || !strings.Contains(shown, "work") {
		t.Errorf("a look that failed:\n%s", shown)
	}
}

// The screen goes on while the engine does not answer, and its end gives up
// what only looks, but waits for what changes.
func TestScreenNeverWaits(t *testing.T) {
	s := newStand(t, several())
	s.host.hold = make(chan struct{})
	looked, changed := make(chan tea.Msg, 1), make(chan tea.Msg, 1)
	look, change := s.look(), s.react(keyOf("e"))
	s.host.entered = make(chan string, 2)
	go func() { looked <- look() }()
	go func() { changed <- change() }()
	<-s.host.entered
	<-s.host.entered
	s.press("down")
	if s.selected.id != "b" {
		t.Error("a key waits for the engine")
	}
	over := make(chan struct{})
	go func() {
		s.background.dismiss()
		close(over)
	}()
	if msg := (<-looked).(sighted); msg.err == nil {
		t.Error("a look goes on after the end")
	}
	select {
	case <-over:
		t.Error("the end did not wait for a change")
	default:
	}
	close(s.host.hold)
	<-over
	if msg := (<-changed).(done); msg.err != nil || !slices.Contains(s.host.calls, "disable a") {
		t.Errorf("%v, %q", msg.err, s.host.calls)
	}
	if s.look()() != nil {
		t.Error("something begins after the end")
	}
}

func TestLoginThatWasLeftSaysNothingMore(t *testing.T) {
	s := newStand(t, several())
	ended := make(chan struct{})
	s.host.login = func(ctx context.Context, _ Login, t Talk) (login.Saved, error) {
		t.Browse("https://example.com/login", "")
		<-ctx.Done()
		t.Browse("https://example.com/late", "")
		close(ended)
		return login.Saved{}, ctx.Err()
	}
	s.react(keyOf("l"))
	begin := s.react(keyOf("enter"))
	last := make(chan tea.Msg, 1)
	go func() { last <- begin() }()
	s.Update(<-s.said)
	if !strings.Contains(s.screen(), "https://example.com/login") {
		t.Errorf("the address does not show:\n%s", s.screen())
	}
	s.press("esc")
	<-ended
	s.Update(<-s.said)
	s.run(s.react(<-last))
	if s.attempt != nil || strings.Contains(s.screen(), "late") || !strings.Contains(s.screen(), "given up") {
		t.Errorf("the login still speaks:\n%s", s.screen())
	}
}

func TestUsageIsAskedForAsOftenAsTheSettingsSay(t *testing.T) {
	seen := several()
	seen.UsageEvery = time.Minute
	s := &stand{t: t, host: &fake{seen: seen}}
	c := newBackground(t.Context())
	t.Cleanup(c.dismiss)
	s.model = newModel(s.host, c, func() time.Time { return noon }, nil)
	for _, at := range []time.Duration{0, 59 * time.Second, 61 * time.Second} {
		s.now = noon.Add(at)
		s.run(s.react(sighted{seen: seen}))
	}
	asked := 0
	for _, call := range s.host.calls {
		if call == "usage a" {
			asked++
		}
	}
	if asked != 2 || slices.Contains(s.host.calls, "usage d") {
		t.Errorf("asked %d times: %q", asked, s.host.calls)
	}
}

func TestEveryEventHasWords(t *testing.T) {
	about := event.Occurrence{Provider: "anthropic", Label: "work", At: noon}
	all := []multiaccount.Event{
		multiaccount.AccountJoined{Occurrence: about},
		multiaccount.AccountJoined{Occurrence: about, Known: true},
		multiaccount.AccountLeft{Occurrence: about},
		multiaccount.AccountSwitched{Occurrence: about},
		multiaccount.AccountSwitched{Occurrence: about, Enabled: true},
		multiaccount.AccountCooled{Occurrence: about, Until: noon.Add(time.Hour)},
		multiaccount.OverageBlocked{Occurrence: about},
		multiaccount.OwnerNeeded{Occurrence: about},
		multiaccount.PoolPaused{Occurrence: about},
		multiaccount.PoolResumed{Occurrence: about},
		multiaccount.ConversationMoved{Occurrence: about},
		multiaccount.DecisionMade{Occurrence: about},
		multiaccount.DecisionMade{Occurrence: about, Reason: "none"},
		multiaccount.CircuitOpened{Occurrence: about},
		multiaccount.CircuitClosed{Occurrence: about},
		multiaccount.AccountQuarantined{Occurrence: about},
		multiaccount.LoginRefreshed{Occurrence: about},
		multiaccount.LoginRejected{Occurrence: about},
		multiaccount.RefreshFailed{Occurrence: about},
		multiaccount.VerificationRequired{Occurrence: about},
		multiaccount.StreamFailed{Occurrence: about},
		multiaccount.StreamCut{Occurrence: about},
		multiaccount.SaveFailed{Occurrence: about},
		multiaccount.EventsDropped{Occurrence: about, Count: 2},
		multiaccount.UsageUpdated{Occurrence: about, Windows: []multiaccount.UsageFigure{{Name: "5h", Utilization: 62}}},
		multiaccount.SettingsChanged{Occurrence: about},
		multiaccount.SettingsRejected{Occurrence: about},
	}
	tested := map[string]bool{}
	for _, e := range all {
		tested[strings.TrimPrefix(fmt.Sprintf("%T", e), "event.")] = true
		if n := newsOf(e, noon); n.text == "" || n.who != "work" || !n.at.Equal(noon) {
			t.Errorf("%T: %+v", e, n)
		}
	}
	for _, name := range eventNames(t) {
		if !tested[name] {
			t.Errorf("%s is not tested", name)
		}
	}
	if n := newsOf(multiaccount.StreamFailed{Class: account.ClassLimited}, noon); !strings.Contains(n.text, "limited") {
		t.Errorf("a stream that failed: %q", n.text)
	}
	if n := newsOf(multiaccount.CircuitOpened{Occurrence: event.Occurrence{Provider: "openai"}}, noon); n.who != "openai" || !n.at.Equal(noon) {
		t.Errorf("an event of a pool: %+v", n)
	}
}

// eventNames are the types of all events there are, as the source has them.
func eventNames(t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile("../../../events.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, found := range regexp.MustCompile(`(?m)^\t(\w+) = event\.\w+$`).FindAllStringSubmatch(string(source), -1) {
		names = append(names, found[1])
	}
	if len(names) < 20 {
		t.Fatalf("only %q are events", names)
	}
	return names
}

func TestSuccessesFadeAndFailuresStay(t *testing.T) {
	s := newStand(t, several())
	for _, failed := range []error{nil, errBoom} {
		s.finish(done{"renamed work", failed})
		for range noticeBeats {
			if s.notice.text == "" {
				t.Fatalf("%v fades too soon", failed)
			}
			s.tick(noon)
		}
		if (s.notice.text == "") != (failed == nil) {
			t.Errorf("%v: the notice is %q", failed, s.notice.text)
		}
	}
	s.press("esc")
	if s.notice.text != "" {
		t.Error("escape leaves the failure")
	}
}

func TestQuarantinedAccountIsLeftAlone(t *testing.T) {
	s := newStand(t, several())
	s.press("G", "r")
	if slices.Contains(s.host.calls, "refresh 0123456789") || !strings.Contains(s.screen(), "its file cannot be read") {
		t.Errorf("%q\n%s", s.host.calls, s.screen())
	}
}
