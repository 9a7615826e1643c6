package poolview

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/tui"
)

// order is how the accounts of a provider follow one another.
type order uint8

const (
	byAge order = iota
	byName
	byState
	byQuota
	byUse
	orders
)

func (o order) String() string {
	return [...]string{"as they were added", "by name", "by state, trouble first", "by quota, the most used first", "by last use, the latest first"}[o]
}

// arrange fills in the accounts that show, in their order: those that the filter
// leaves.
func (m *model) arrange() {
	m.seen.Accounts = slices.DeleteFunc(slices.Clone(m.all), func(a Account) bool { return !a.has(m.filter) })
	providers := map[string]int{}
	for i := range m.all {
		if _, known := providers[m.all[i].Provider]; !known {
			providers[m.all[i].Provider] = len(providers)
		}
	}
	slices.SortStableFunc(m.seen.Accounts, func(a, b Account) int {
		return cmp.Or(cmp.Compare(providers[a.Provider], providers[b.Provider]), m.compare(&a, &b))
	})
	m.keepSelection()
}

func (m *model) compare(a, b *Account) int {
	switch m.order {
	case byName:
		return strings.Compare(strings.ToLower(a.name()), strings.ToLower(b.name()))
	case byState:
		return cmp.Compare(urgency(a.State), urgency(b.State))
	case byQuota:
		return cmp.Compare(m.used(b), m.used(a))
	case byUse:
		return b.LastUsedAt.Compare(a.LastUsedAt)
	case byAge, orders:
	}
	return 0
}

// urgency orders states: what needs its owner comes first.
func urgency(s multiaccount.State) int {
	switch s {
	case multiaccount.StateReauth, multiaccount.StateLoginLost, multiaccount.StateQuarantined:
		return 0
	case multiaccount.StateCooling:
		return 1
	case multiaccount.StateBusy:
		return 2
	case multiaccount.StateReady:
		return 3
	case multiaccount.StateDisabled:
	}
	return 4
}

// used is how much of its tightest window an account has used; without figures it
// comes after the others.
func (m *model) used(a *Account) float64 {
	if w := a.tightest(m.now); w != nil {
		return w.Utilization
	}
	return -1
}

// has reports whether an account has the text in what it is known by.
func (a *Account) has(text string) bool {
	text = strings.ToLower(text)
	for _, part := range []string{a.name(), a.Email, a.Plan, a.ID, a.Provider, string(a.State)} {
		if strings.Contains(strings.ToLower(part), text) {
			return true
		}
	}
	return false
}

func (m *model) reorder() tea.Cmd {
	m.order = (m.order + 1) % orders
	m.notice = notice{"the accounts are in order: " + m.order.String(), plain}
	m.arrange()
	return nil
}

func (m *model) search() tea.Cmd {
	m.typing = true
	return nil
}

// typed takes a key of the filter, which shows at once what it leaves.
func (m *model) typed(msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "enter":
		m.typing = false
	case "esc":
		m.typing, m.filter = false, ""
	case "backspace":
		text := []rune(m.filter)
		m.filter = string(text[:max(0, len(text)-1)])
	case "ctrl+u":
		m.filter = ""
	case "up":
		m.move(-1)
		return nil
	case "down":
		m.move(1)
		return nil
	default:
		m.filter += tui.Clean(msg.Text)
	}
	m.arrange()
	return nil
}
