package poolview

import tea "charm.land/bubbletea/v2"

// binding is a key, and what it does.
type binding struct {
	keys []string
	// name is the key in the footer, does what it does in a word, help in a line.
	// What has no word is in the help alone.
	name, does, help string
	// about is set when an account must be selected.
	about bool
	act   func(*model) tea.Cmd
}

// bindings are the keys of the list, in the order of the footer.
func bindings() []binding {
	return []binding{
		{[]string{"enter"}, "enter", "more", "show all that is known of the account", true, (*model).more},
		{[]string{"/"}, "/", "filter", "show only accounts with some text", false, (*model).search},
		{[]string{"a"}, "a", "add", "add an account: log in, or bring an API key", false, (*model).add},
		{[]string{"l"}, "l", "log in", "log the account in again, or replace its API key", true, (*model).relogin},
		{[]string{"e"}, "e", "on/off", "switch the account on or off", true, (*model).toggle},
		{[]string{"n"}, "n", "name", "give the account another name", true, (*model).rename},
		{[]string{"p"}, "p", "pin", "have the account serve all requests, or end that", true, (*model).pin},
		{[]string{"x", "delete"}, "x", "remove", "delete the account and its login from this machine", true, (*model).remove},
		{[]string{"r"}, "r", "", "get the account a new token now", true, (*model).refresh},
		{[]string{"u"}, "u", "", "ask the providers for the quota of all accounts", false, (*model).usage},
		{[]string{"c"}, "c", "", "forget the limits of the account", true, (*model).reset},
		{[]string{"s"}, "s", "strategy", "choose the rule by which an account is picked", false, (*model).strategy},
		{[]string{"o"}, "o", "", "put the accounts in another order", false, (*model).reorder},
		{[]string{"w"}, "w", "why", "explain the latest decisions about the account", true, (*model).why},
		{[]string{"d"}, "d", "doctor", "look for what keeps accounts from working", false, (*model).doctor},
		{[]string{"i"}, "i", "", "take in the logins of other programs", false, (*model).importing},
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
	case name == "ctrl+y" && m.current() != nil && !m.isAsking():
		m.notice = notice{"the id of " + m.current().name() + " is in the clipboard", plain}
		return tea.SetClipboard(m.current().ID)
	case m.dialog != nil:
		return m.fill(msg)
	case m.attempt != nil:
		return m.attemptKey(name)
	case m.typing:
		return m.typed(msg)
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
	case "up", "k":
		m.scroll(-1)
	case "down", "j":
		m.scroll(1)
	case "pgup":
		m.scroll(1 - m.bodyHeight())
	case "pgdown", "space":
		m.scroll(m.bodyHeight() - 1)
	case "home", "g":
		m.top = 0
	case "end", "G":
		m.top = endOfPage
	case "enter":
		if m.page == onReading && m.reading.take != nil && m.reading.text != "" {
			return m.reading.take()
		}
		m.page = onAccounts
	case "esc", "v", "?", "h", "left":
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
	case "pgup":
		m.move(-max(1, m.listHeight()-1))
	case "pgdown":
		m.move(max(1, m.listHeight()-1))
	case "tab":
		m.moveOn()
	case "esc":
		m.notice, m.filter = notice{}, ""
		m.arrange()
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
	m.page, m.top = to, 0
	if to == onEvents {
		m.top = endOfPage
	}
	return nil
}

func (m *model) leave() tea.Cmd {
	m.over = true
	if m.attempt != nil {
		m.attempt.cancel()
	}
	return tea.Quit
}
