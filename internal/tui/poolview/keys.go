package poolview

import tea "charm.land/bubbletea/v2"

// binding is a key, and what it does.
type binding struct {
	keys []string
	// name is the key in the footer, does what it does in a word, help in a line.
	name, does, help string
	// about is set when an account must be selected.
	about bool
	act   func(*model) tea.Cmd
}

// bindings are the keys of the list, in the order of the footer.
func bindings() []binding {
	return []binding{
		{[]string{"a"}, "a", "add", "add an account: log in, or bring an API key", false, (*model).add},
		{[]string{"l"}, "l", "log in", "log the account in again", true, (*model).relogin},
		{[]string{"e"}, "e", "on/off", "switch the account on or off", true, (*model).toggle},
		{[]string{"n"}, "n", "name", "give the account another name", true, (*model).rename},
		{[]string{"p"}, "p", "pin", "have the account serve all requests, or end that", true, (*model).pin},
		{[]string{"x", "delete"}, "x", "remove", "delete the account and its login from this machine", true, (*model).remove},
		{[]string{"r"}, "r", "refresh", "get the account a new token now", true, (*model).refresh},
		{[]string{"u"}, "u", "usage", "ask the providers for the quota of all accounts", false, (*model).usage},
		{[]string{"c"}, "c", "cooldown", "forget the limits of the account", true, (*model).reset},
		{[]string{"s"}, "s", "strategy", "choose the rule by which an account is picked", false, (*model).strategy},
		{[]string{"v"}, "v", "events", "show what happens, as it happens", false, func(m *model) tea.Cmd { return m.turn(onEvents) }},
		{[]string{"?", "h"}, "?", "help", "show this", false, func(m *model) tea.Cmd { return m.turn(onHelp) }},
		{[]string{"q"}, "q", "quit", "leave", false, (*model).leave},
	}
}

// pressed has the uppermost of what is shown take the key.
func (m *model) pressed(msg tea.KeyPressMsg) tea.Cmd {
	switch name := msg.String(); {
	case name == "ctrl+c":
		m.interrupted = true
		return m.leave()
	case name == "ctrl+z":
		return tea.Suspend
	case name == "ctrl+y" && m.attempt != nil:
		return tea.SetClipboard(m.attempt.url)
	case m.dialog != nil:
		return m.fill(msg)
	case m.attempt != nil:
		return m.attemptKey(name)
	case m.page != onAccounts:
		return m.pageKey(name)
	default:
		return m.listKey(name)
	}
}

// pageKey is for the pages that are only read.
func (m *model) pageKey(name string) tea.Cmd {
	switch name {
	case "q":
		return m.leave()
	case "esc", "enter", "v", "?", "h", "left":
		m.page = onAccounts
	}
	return nil
}

func (m *model) listKey(name string) tea.Cmd {
	switch name {
	case "up", "k":
		m.move(-1)
	case "down", "j":
		m.move(1)
	case "home", "g":
		m.moveTo(0)
	case "end", "G":
		m.moveTo(len(m.seen.Accounts) - 1)
	case "tab":
		m.moveOn()
	case "esc":
		m.notice = notice{}
	default:
		return m.act(name)
	}
	return nil
}

func (m *model) act(name string) tea.Cmd {
	for _, b := range bindings() {
		for _, k := range b.keys {
			if k == name && (!b.about || m.current() != nil) {
				return b.act(m)
			}
		}
	}
	return nil
}

func (m *model) turn(to page) tea.Cmd {
	m.page = to
	return nil
}

func (m *model) leave() tea.Cmd {
	m.over = true
	if m.attempt != nil {
		m.attempt.cancel()
	}
	return tea.Quit
}
