package poolview

import (
	"context"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
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

// action is a change of one account, or a question about it.
type action struct {
	begun, ended string
	// asks is set when the provider is asked, which takes its time and goes on
	// in the engine when the screen ends.
	asks bool
	// anyState is set when it can be done to an account whose file cannot be read.
	anyState bool
	do       func(context.Context, Pool, string) error
}

// apply does it to a, which was selected when its owner was asked: by now
// another account may be.
func (m *model) apply(a Account, d action) tea.Cmd {
	if a.State == multiaccount.StateQuarantined && !d.anyState {
		return m.finish(done{err: errors.New("its file cannot be read, so that nothing can be done to it: " + a.Reason)})
	}
	m.notice = notice{d.begun + " " + a.name() + " …", plain}
	work := func(ctx context.Context) tea.Msg {
		pool, err := m.host.Pool(a.Provider)
		if err == nil {
			err = d.do(ctx, pool, a.ID)
		}
		return done{d.ended + " " + a.name(), err}
	}
	if d.asks {
		return m.background.ask(askTime, work)
	}
	return m.background.change(changeTime, work)
}

// name is what to call an account.
func (a *Account) name() string { return tui.Label(&a.AccountStatus) }

func (m *model) toggle() tea.Cmd {
	a := *m.current()
	on := !a.Enabled
	begun, ended := "disabling", "disabled"
	if on {
		begun, ended = "enabling", "enabled"
	}
	return m.apply(a, action{begun: begun, ended: ended, do: func(ctx context.Context, p Pool, id string) error {
		return p.SetEnabled(ctx, id, on)
	}})
}

func (m *model) refresh() tea.Cmd {
	return m.apply(*m.current(), action{begun: "refreshing", ended: "refreshed", asks: true, do: func(ctx context.Context, p Pool, id string) error {
		return p.Refresh(ctx, id)
	}})
}

func (m *model) pin() tea.Cmd {
	a := *m.current()
	if a.Pinned {
		return m.apply(a, action{begun: "unpinning", ended: "unpinned", do: func(ctx context.Context, p Pool, _ string) error {
			return p.Pin(ctx, "")
		}})
	}
	return m.apply(a, action{begun: "pinning", ended: "pinned", do: func(ctx context.Context, p Pool, id string) error {
		return p.Pin(ctx, id)
	}})
}

func (m *model) reset() tea.Cmd {
	return m.apply(*m.current(), action{begun: "resetting", ended: "forgot the limits of", do: func(ctx context.Context, p Pool, id string) error {
		return p.ResetCooldown(ctx, id)
	}})
}

func (m *model) rename() tea.Cmd {
	a := *m.current()
	label := a.Label
	input := huh.NewInput().Title("Rename " + a.name()).Value(&label).Validate(func(text string) error {
		_, err := account.ParseLabel(text)
		return err
	})
	return m.open("enter renames · esc leaves it", func() tea.Cmd {
		return m.apply(a, action{begun: "renaming", ended: "renamed", do: func(ctx context.Context, p Pool, id string) error {
			return p.Rename(ctx, id, strings.TrimSpace(label))
		}})
	}, input)
}

func (m *model) remove() tea.Cmd {
	a, sure := *m.current(), false
	ask := huh.NewConfirm().Title("Remove " + a.name() + " of " + a.Provider + "?").
		Description("Its login is deleted from this machine and cannot be brought back.").
		Affirmative("Remove").Negative("Keep").WithButtonAlignment(lipgloss.Left).Value(&sure)
	return m.open("←→ choose · enter confirms · esc leaves it", func() tea.Cmd {
		if !sure {
			m.notice = notice{"nothing was changed", plain}
			return nil
		}
		return m.apply(a, action{begun: "removing", ended: "removed", anyState: true, do: func(ctx context.Context, p Pool, id string) error {
			return p.Remove(ctx, id)
		}})
	}, ask)
}
