package poolview

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"

	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tui"
)

// attempt is a login that is under way.
type attempt struct {
	Login

	// again is the account that is meant; empty for a new one.
	again  key
	cancel context.CancelFunc
	// url, code and trouble are what the owner has to know of.
	url, code, trouble string
}

// told: the login has something to say to its owner.
type told struct {
	of                 *attempt
	url, code, trouble string
}

// asked: the login waits for what the owner pastes. The answer goes to reply,
// which has room for it.
type asked struct {
	of       *attempt
	question login.Question
	reply    chan<- string
}

// loggedIn: the login has come to its end.
type loggedIn struct {
	of    *attempt
	saved login.Saved
	err   error
}

// begin starts a login.
func (m *model) begin(l Login, again key) tea.Cmd {
	ctx, cancel := context.WithCancel(m.background.ctx)
	a := &attempt{Login: l, again: again, cancel: cancel}
	m.attempt = a
	return m.background.do(ctx, loginTime, func(ctx context.Context) tea.Msg {
		defer cancel()
		saved, err := m.host.Login(ctx, l, talk{a, m.say})
		return loggedIn{a, saved, err}
	})
}

// talk is a [Talk] that speaks through the screen.
type talk struct {
	of  *attempt
	say func(tea.Msg)
}

func (t talk) Browse(url, trouble string) { t.say(told{of: t.of, url: url, trouble: trouble}) }

func (t talk) Device(d providers.DeviceLogin) { t.say(told{of: t.of, url: d.URL, code: d.UserCode}) }

func (t talk) Paste(ctx context.Context, q login.Question) (string, error) {
	reply := make(chan string, 1)
	t.say(asked{t.of, q, reply})
	select {
	case text := <-reply:
		return text, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// heard takes what a login says. One that was left has nothing to say any
// more, but may have stored its account.
func (m *model) heard(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case loggedIn:
		if msg.of != m.attempt {
			return m.look()
		}
		return m.logged(msg)
	case told:
		if a := m.attempt; a == msg.of {
			a.url, a.code, a.trouble = tui.Clean(msg.url), tui.Clean(msg.code), msg.trouble
		}
	case asked:
		if msg.of == m.attempt {
			return m.askPaste(msg)
		}
	}
	return nil
}

func (m *model) askPaste(q asked) tea.Cmd {
	a := m.attempt
	a.url, a.trouble = tui.Clean(q.question.URL), ""
	if q.question.Problem != nil {
		a.trouble = q.question.Problem.Error()
	}
	text, end := "", "The browser ends at a page that cannot load: paste its whole address."
	if q.question.Shown {
		end = "The browser ends at a page with a code: paste it."
	}
	cmd := m.open("enter goes on · ctrl+y copies the address · esc leaves it", func() tea.Cmd {
		q.reply <- text
		return nil
	}, huh.NewInput().Description(end).Value(&text))
	m.dialog.left = m.leaveAttempt
	return cmd
}

// logged tells what came of a login.
func (m *model) logged(l loggedIn) tea.Cmd {
	a := m.attempt
	m.attempt, m.dialog = nil, nil
	switch {
	case l.err != nil && errors.Is(l.err, context.DeadlineExceeded):
		return m.finish(done{err: errors.New("nobody finished the login in time, and nothing was stored; press a to start again")})
	case l.err != nil:
		return m.finish(done{err: l.err})
	}
	m.selected = key{a.Provider, l.saved.ID}
	text := "logged in to " + a.Provider + " as " + l.saved.Label
	if a.again != (key{}) && a.again != m.selected {
		text += ": another account than the one selected, which is as it was"
	}
	if l.saved.Unchecked != nil {
		text += "; the key is stored, not checked: " + l.saved.Unchecked.Error()
	}
	if len(l.saved.Untold) > 0 {
		text += "; but " + errors.Join(l.saved.Untold...).Error()
	}
	return m.finish(done{text: text})
}

func (m *model) attemptKey(name string) tea.Cmd {
	switch name {
	case "esc", "q":
		m.leaveAttempt()
	case "c":
		return tea.SetClipboard(m.attempt.url)
	}
	return nil
}

// leaveAttempt ends the login; nothing of it is stored, unless it has been
// already, which the next look shows.
func (m *model) leaveAttempt() {
	if m.attempt != nil {
		m.attempt.cancel()
		m.attempt = nil
	}
	m.notice = notice{errLeft.Error(), plain}
}
