package poolview

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/tui"
)

const chooseHint = "↑↓ choose · enter goes on · esc leaves it"

// add asks for the provider, then for the way.
func (m *model) add() tea.Cmd {
	if len(m.seen.Providers) == 0 {
		return nil
	}
	options, chosen := make([]tui.Option, len(m.seen.Providers)), 0
	for i, p := range m.seen.Providers {
		options[i] = tui.Option{Name: p.Name}
		if p.Name == m.selected.provider {
			chosen = i
		}
	}
	choose := huh.NewSelect[int]().Title("Add an account of which provider?").Options(m.choices(options)...).Value(&chosen)
	return m.open(chooseHint, func() tea.Cmd { return m.chooseWay(m.seen.Providers[chosen], key{}) }, choose)
}

// relogin gives the selected account a new login.
func (m *model) relogin() tea.Cmd {
	for _, p := range m.seen.Providers {
		switch {
		case p.Name != m.selected.provider:
		case m.current().Kind == account.APIKey:
			return m.askKey(Login{Provider: p.Name, Method: ByKey, Account: m.selected.id}, m.selected)
		default:
			return m.chooseWay(p, m.selected)
		}
	}
	return nil
}

// wayOf says in words what a method is.
func wayOf(method login.Method) tui.Option {
	switch method {
	case login.ByBrowser:
		return tui.Option{Name: "browser", Note: "log in with the browser of this machine"}
	case login.ByDevice:
		return tui.Option{Name: "device", Note: "type in a code on any other device"}
	case login.ByPaste:
		return tui.Option{Name: "paste", Note: "bring back what a browser elsewhere shows"}
	case ByKey:
	}
	return tui.Option{Name: "API key", Note: "keep a key that does not end"}
}

// chooseWay asks how to log in to p; again is the account that is meant, and
// empty for a new one.
func (m *model) chooseWay(p Provider, again key) tea.Cmd {
	options, chosen := make([]tui.Option, len(p.Methods)), 0
	for i, method := range p.Methods {
		options[i] = wayOf(method)
	}
	choose := huh.NewSelect[int]().Title("How do you log in to " + p.Name + "?").Options(m.choices(options)...).Value(&chosen)
	return m.open(chooseHint, func() tea.Cmd {
		l := Login{Provider: p.Name, Method: p.Methods[chosen]}
		if l.Method == ByKey {
			return m.askKey(l, again)
		}
		return m.begin(l, again)
	}, choose)
}

// askKey takes a key, which does not show.
func (m *model) askKey(l Login, again key) tea.Cmd {
	text := ""
	secret := huh.NewInput().Title("API key for " + l.Provider + " (it does not show)").
		EchoMode(huh.EchoModePassword).Value(&text).Validate(func(text string) error {
		_, err := login.ParseKey(text)
		return err
	})
	return m.open("enter goes on · esc leaves it", func() tea.Cmd {
		l.Key, _ = login.ParseKey(text) // it was checked
		if again == (key{}) {
			return m.askLabel(l)
		}
		return m.begin(l, again)
	}, secret)
}

// askLabel asks what to call a new account, which no provider tells of a key.
func (m *model) askLabel(l Login) tea.Cmd {
	label := ""
	input := huh.NewInput().Title("What is the account to be called?").Description("May be left empty.").Value(&label).
		Validate(func(text string) error {
			if strings.TrimSpace(text) == "" {
				return nil
			}
			_, err := account.ParseLabel(text)
			return err
		})
	return m.open("enter goes on · esc leaves it", func() tea.Cmd {
		l.Label = strings.TrimSpace(label)
		return m.begin(l, key{})
	}, input)
}

var errLeft = errors.New("the login was given up, and nothing was stored")
