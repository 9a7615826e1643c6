package poolview

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/tui"
)

// details is all there is to know of the selected account.
func (m *model) details() []string {
	a := m.current()
	if a == nil {
		return nil
	}
	title := m.Title.Render(a.name()) + "  " + m.State(a.State).Render(string(a.State))
	for _, more := range []string{yes(a.Active, "active"), yes(a.Pinned, "pinned: it serves all requests"), yes(a.Claimed, "in use by "+a.users())} {
		if more != "" {
			title += "  " + m.Accent.Render(more)
		}
	}
	lines := []string{title}
	if a.Reason != "" {
		for _, line := range wrapped(a.Reason, m.paneWidth()) {
			lines = append(lines, m.State(a.State).Bold(false).Render(strings.TrimRight(line, " ")))
		}
	}
	lines = append(lines, m.windows(a)...)
	facts := m.facts(a)
	if len(lines)+1+len(facts) <= m.spareRoom() {
		lines = append(lines, "")
	}
	return append(lines, facts...)
}

// users names the other processes that use an account.
func (a *Account) users() string {
	if len(a.UsedBy) == 0 {
		return "another process"
	}
	return "process " + strings.Trim(strings.ReplaceAll(fmt.Sprint(a.UsedBy), " ", ", "), "[]")
}

func yes(is bool, text string) string {
	if is {
		return text
	}
	return ""
}

// facts are the rest, one after the other.
func (m *model) facts(a *Account) []string {
	var items []string
	say := func(name, text string) {
		if text != "" {
			items = append(items, m.Faint.Render(name)+" "+tui.Cut(text, max(8, m.paneWidth()-len(name)-1)))
		}
	}
	if a.Email != a.name() {
		say("e-mail", a.Email)
	}
	say("plan", a.Plan)
	say("token", m.tokenEnd(a))
	say("last used", m.since(a.LastUsedAt))
	say("in flight", yes(a.InFlight > 0, tui.Number(a.InFlight)))
	say("failed logins", yes(a.Failures > 0, tui.Number(a.Failures)))
	say("linked to", a.LinkedTo)
	say("id", a.ID)
	return flow(items, m.Faint.Render("   "), m.paneWidth())
}

func (m *model) tokenEnd(a *Account) string {
	switch {
	case a.ExpiresAt.IsZero():
		return ""
	case a.ExpiresAt.After(m.now):
		return "ends in " + tui.ShortWait(a.ExpiresAt.Sub(m.now))
	}
	return "ended " + m.since(a.ExpiresAt)
}

func (m *model) since(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return tui.ShortWait(m.now.Sub(at)) + " ago"
}

// attemptPane is a login that is under way.
func (m *model) attemptPane() []string {
	a := m.attempt
	lines := []string{m.Title.Render("Logging in to " + a.Provider)}
	switch {
	case a.url == "" && a.Method == ByKey:
		return append(lines, m.Faint.Render("storing the key, and asking whose it is …"))
	case a.url == "":
		return append(lines, m.Faint.Render("getting ready …"))
	case a.code != "":
		lines = append(lines, "On any device, go to", m.link(a.url), "and type in the code", "  "+m.Accent.Bold(true).Render(a.code),
			m.Warn.Render("Never type in a code that somebody else sent you."))
	default:
		lines = append(lines, m.Faint.Render("The login page is at"))
		lines = append(lines, m.address(a.url)...)
	}
	if a.trouble != "" {
		for _, line := range wrapped(a.trouble, m.paneWidth()) {
			lines = append(lines, m.Warn.Render(strings.TrimRight(line, " ")))
		}
	}
	if m.dialog != nil {
		return append(lines, m.dialogPane()...)
	}
	return append(lines, m.Faint.Render("waiting for the login …"))
}

func (m *model) link(url string) string {
	return "  " + m.Accent.Hyperlink(url).Render(tui.Cut(url, m.paneWidth()-2))
}

// address is a URL on as many lines as it needs, so that it can be copied whole.
func (m *model) address(url string) []string {
	var lines []string
	text, width := []rune(url), m.paneWidth()
	for len(text) > 0 {
		n := min(width, len(text))
		lines = append(lines, m.Accent.Hyperlink(url).Render(string(text[:n])))
		text = text[n:]
	}
	return lines
}
