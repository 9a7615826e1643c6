package poolview

import (
	"context"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
)

// done: what was asked for has come to its end.
type done struct {
	text string
	err  error
}

// finish tells how it went, and shows what has become of the accounts.
func (m *model) finish(d done) tea.Cmd {
	m.notice, m.saidAt = notice{d.text, good}, m.beats
	if d.err != nil {
		m.notice = notice{advice(d.err), bad}
	}
	return m.look()
}

// advice is an error with what to do, where the screen knows more of that than
// the error itself.
func advice(err error) string {
	text := strings.TrimPrefix(err.Error(), "multiaccount: ")
	var reauth *multiaccount.ReauthRequiredError
	switch {
	case errors.As(err, &reauth):
		return text + " (press l)"
	case errors.Is(err, context.DeadlineExceeded):
		return "it took too long and was given up; try again: " + text
	case errors.Is(err, multiaccount.ErrUnknownAccount):
		return "the account is gone; another program has removed it"
	}
	return text
}

// apply does one thing to the selected account.
func (m *model) apply(begun, ended string, do func(context.Context, Pool, string) error) tea.Cmd {
	a := *m.current()
	if a.State == multiaccount.StateQuarantined {
		return m.finish(done{err: errors.New("its file cannot be read, so that nothing can be done to it: " + a.Reason)})
	}
	m.notice = notice{begun + " " + a.name() + " …", plain}
	return m.crew.change(askTime, func(ctx context.Context) tea.Msg {
		pool, err := m.host.Pool(a.Provider)
		if err == nil {
			err = do(ctx, pool, a.ID)
		}
		return done{ended + " " + a.name(), err}
	})
}

// name is what to call an account.
func (a *Account) name() string { return tui.Label(&a.AccountStatus) }

func (m *model) toggle() tea.Cmd {
	on := m.current().switchedOff() || !m.current().Enabled
	begun, ended := "disabling", "disabled"
	if on {
		begun, ended = "enabling", "enabled"
	}
	return m.apply(begun, ended, func(ctx context.Context, p Pool, id string) error { return p.SetEnabled(ctx, id, on) })
}

func (m *model) refresh() tea.Cmd {
	return m.apply("refreshing", "refreshed", func(ctx context.Context, p Pool, id string) error { return p.Refresh(ctx, id) })
}

func (m *model) reset() tea.Cmd {
	return m.apply("resetting", "forgot the limits of", func(ctx context.Context, p Pool, id string) error {
		return p.ResetCooldown(ctx, id)
	})
}

func (m *model) rename() tea.Cmd {
	label := m.current().Label
	input := huh.NewInput().Title("Rename " + m.current().name()).Value(&label).Validate(func(text string) error {
		if strings.TrimSpace(text) == "" {
			return errors.New("a name needs a letter at least")
		}
		return nil
	})
	return m.open("enter renames · esc leaves it", func() tea.Cmd {
		return m.apply("renaming", "renamed", func(ctx context.Context, p Pool, id string) error {
			return p.Rename(ctx, id, strings.TrimSpace(label))
		})
	}, input)
}

func (m *model) remove() tea.Cmd {
	sure := false
	ask := huh.NewConfirm().Title("Remove " + m.current().name() + " of " + m.current().Provider + "?").
		Description("Its login is deleted from this machine and cannot be brought back.").
		Affirmative("Remove").Negative("Keep").WithButtonAlignment(lipgloss.Left).Value(&sure)
	return m.open("←→ choose · enter confirms · esc leaves it", func() tea.Cmd {
		if !sure {
			m.notice = notice{"nothing was changed", plain}
			return nil
		}
		return m.apply("removing", "removed", func(ctx context.Context, p Pool, id string) error { return p.Remove(ctx, id) })
	}, ask)
}

// strategies are the rules with what each is for.
func strategies() []tui.Option {
	return []tui.Option{
		{Name: string(settings.StrategySticky), Note: "a conversation stays on its account"},
		{Name: string(settings.StrategyRoundRobin), Note: "each account in turn, by weight"},
		{Name: string(settings.StrategyHybrid), Note: "the best by quota, pace and health"},
		{Name: string(settings.StrategyDrainFirst), Note: "the quota that is lost soonest"},
	}
}

func (m *model) strategy() tea.Cmd {
	all, chosen := strategies(), 0
	for i := range all {
		if all[i].Name == string(m.seen.Strategy) {
			chosen = i
		}
	}
	choose := huh.NewSelect[int]().Title("Which account serves a request?").Options(tui.Choices(all)...).Value(&chosen)
	return m.open("↑↓ choose · enter stores it in the settings · esc leaves it", func() tea.Cmd {
		s := settings.Strategy(all[chosen].Name)
		return m.crew.change(changeTime, func(ctx context.Context) tea.Msg {
			return done{"the strategy is " + string(s) + " now", m.host.SetStrategy(ctx, s)}
		})
	}, choose)
}

func (m *model) usage() tea.Cmd {
	m.notice = notice{"asking for the quota of all accounts …", plain}
	return m.askUsage(func(err error) tea.Msg { return done{"the quota is that of this moment", err} })
}

// askUsage asks for the quota of all accounts that may tell it; then, when set,
// has the last word. Without it a failure is not worth a word: the figures show
// how old they are.
func (m *model) askUsage(then func(error) tea.Msg) tea.Cmd {
	m.usageAt = m.now
	all := m.seen.Accounts
	return m.crew.ask(askTime, func(ctx context.Context) tea.Msg {
		var errs []error
		for i := range all {
			if a := &all[i]; a.Enabled && a.State != multiaccount.StateQuarantined {
				errs = append(errs, usageOf(ctx, m.host, a))
			}
		}
		if then == nil {
			return nil
		}
		return then(errors.Join(errs...))
	})
}

func usageOf(ctx context.Context, host Host, a *Account) error {
	pool, err := host.Pool(a.Provider)
	if err == nil {
		err = pool.RefreshUsage(ctx, a.ID)
	}
	if errors.Is(err, errors.ErrUnsupported) {
		return nil // an API key has no quota to tell
	}
	return err
}
