package poolview

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/settings"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is when tests happen.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// fake is a [Host] and the [Pool] of all its providers.
type fake struct {
	mu    sync.Mutex
	seen  Snapshot
	calls []string
	err   error
	// hold, when set, keeps everything waiting until it is closed.
	hold chan struct{}
	// entered is told what waits there.
	entered chan string
	login   func(ctx context.Context, l Login, t Talk) (login.Saved, error)
}

func (f *fake) called(ctx context.Context, what string) error {
	if f.hold != nil {
		f.entered <- what
		select {
		case <-f.hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, what)
	return f.err
}

func (f *fake) Look(ctx context.Context) (Snapshot, error) {
	err := f.called(ctx, "look")
	return f.seen, err
}
func (f *fake) Pool(string) (Pool, error) { return f, nil }
func (f *fake) SetStrategy(ctx context.Context, s settings.Strategy) error {
	return f.called(ctx, "strategy "+string(s))
}

func (f *fake) Login(ctx context.Context, l Login, t Talk) (login.Saved, error) {
	return f.login(ctx, l, t)
}

func (f *fake) Explain(ctx context.Context, _, id string) (string, error) {
	return "decisions about " + id, f.called(ctx, "why "+id)
}

func (f *fake) Examine(ctx context.Context) (string, error) {
	return strings.Repeat("all is well\n", 40), f.called(ctx, "doctor")
}

func (f *fake) Import(ctx context.Context, dry bool) (string, error) {
	return "two logins", f.called(ctx, fmt.Sprint("import ", dry))
}
func (f *fake) Subscribe(func(multiaccount.Event)) func() { return func() {} }
func (f *fake) Rename(ctx context.Context, id, label string) error {
	return f.called(ctx, "rename "+id+" "+label)
}

func (f *fake) SetEnabled(ctx context.Context, id string, on bool) error {
	if on {
		return f.called(ctx, "enable "+id)
	}
	return f.called(ctx, "disable "+id)
}
func (f *fake) Remove(ctx context.Context, id string) error  { return f.called(ctx, "remove "+id) }
func (f *fake) Refresh(ctx context.Context, id string) error { return f.called(ctx, "refresh "+id) }
func (f *fake) RefreshUsage(ctx context.Context, id string) error {
	return f.called(ctx, "usage "+id)
}

func (f *fake) ResetCooldown(ctx context.Context, id string) error {
	return f.called(ctx, "reset "+id)
}

func (f *fake) Pin(ctx context.Context, id string) error { return f.called(ctx, "pin "+id) }

func member(provider, id, label string, state multiaccount.State) Account {
	return Account{Provider: provider, AccountStatus: multiaccount.AccountStatus{
		ID: id, Label: label, State: state, Enabled: state != multiaccount.StateDisabled, Plan: "Max", Email: label + "@example.com",
		ExpiresAt: noon.Add(time.Hour), LastUsedAt: noon.Add(-time.Minute), Reason: "as long a reason as there ever is, of which all has to be told",
		Usage: []multiaccount.UsageWindow{
			{Name: "5h", Utilization: 80, ResetAt: noon.Add(2 * time.Hour)}, {Name: "7d", Utilization: 20, ResetAt: noon.Add(-time.Hour)},
		},
	}}
}

func several() Snapshot {
	return Snapshot{
		Providers: []Provider{{"anthropic", []login.Method{login.ByBrowser, ByKey}}, {"openai", []login.Method{ByKey}}},
		Accounts: []Account{
			member("anthropic", "a", "work", multiaccount.StateReady), member("anthropic", "b", "日本語 の アカウント", multiaccount.StateCooling),
			member("openai", "c", "somebody.with.a.very.long.name@a.very.long.domain.example", multiaccount.StateLoginLost),
			member("openai", "d", "spare", multiaccount.StateDisabled),
			{Provider: "openai", AccountStatus: multiaccount.AccountStatus{ID: "0123456789", State: multiaccount.StateQuarantined}},
		},
		Strategy: settings.StrategySticky,
	}
}

// stand is a model with a host, whose commands are run by hand.
type stand struct {
	*model

	t    *testing.T
	host *fake
	said chan tea.Msg
}

func newStand(t *testing.T, seen Snapshot) *stand {
	t.Helper()
	s := &stand{t: t, host: &fake{seen: seen}, said: make(chan tea.Msg, 10)}
	c := newBackground(t.Context())
	t.Cleanup(c.dismiss)
	s.model = newModel(s.host, c, func() time.Time { return noon }, func(msg tea.Msg) { s.said <- msg })
	s.Update(sighted{seen: seen})
	return s
}

// press gives the model keys and runs what they begin, down to its end.
func (s *stand) press(keys ...string) {
	s.t.Helper()
	for _, k := range keys {
		s.run(s.react(keyOf(k)))
	}
}

func keyOf(name string) tea.KeyPressMsg {
	special := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "tab": tea.KeyTab}
	if code, ok := special[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	if name == "ctrl+c" {
		return tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// run runs a command that does not wait for a clock, and what follows from it.
func (s *stand) run(cmd tea.Cmd) {
	s.t.Helper()
	if cmd == nil || s.dialog != nil {
		return // a question's own commands only make its cursor blink
	}
	if msg := cmd(); msg != nil {
		if _, quit := msg.(tea.QuitMsg); !quit {
			s.run(s.react(msg))
		}
	}
}

var errBoom = errors.New("boom")
