package poolview

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/tui"
)

// tone is how something is meant.
type tone uint8

const (
	plain tone = iota
	good
	warn
	bad
)

func (m *model) tone(t tone) lipgloss.Style {
	switch t {
	case good:
		return m.Good
	case warn:
		return m.Warn
	case bad:
		return m.Bad
	case plain:
	}
	return m.Faint
}

// news is an event in words.
type news struct {
	about key
	at    time.Time
	who   string
	text  string
	tone  tone
}

// mostNews is how much of it is kept.
const mostNews = 200

// note keeps an event, the latest last.
func (m *model) note(e multiaccount.Event) {
	if len(m.news) == mostNews {
		m.news = m.news[1:]
	}
	m.news = append(m.news, newsOf(e, m.now))
}

// newsOf puts an event into words.
func newsOf(e multiaccount.Event, now time.Time) news {
	about := e.About()
	n := news{about: key{about.Provider, about.AccountID}, at: about.At}
	n.who = cmp.Or(about.Label, about.Provider, "multiaccount")
	if n.at.IsZero() {
		n.at = now
	}
	n.text, n.tone = words(e)
	n.who, n.text = tui.Clean(n.who), tui.Clean(n.text)
	return n
}

func words(e multiaccount.Event) (string, tone) {
	switch e := e.(type) {
	case multiaccount.AccountJoined:
		if e.Known {
			return "has a new login", good
		}
		return "was added", good
	case multiaccount.AccountLeft:
		return "was removed", warn
	case multiaccount.AccountSwitched:
		if e.Enabled {
			return "was enabled", good
		}
		return "was disabled", plain
	case multiaccount.AccountCooled:
		return "is limited for " + apart(e.Until, e.At) + " (" + e.Reason + ")", warn
	case multiaccount.OverageBlocked:
		return "rests, for going on would cost money (" + e.Reason + ")", warn
	case multiaccount.OwnerNeeded:
		return "needs its owner (" + e.Reason + ")", bad
	case multiaccount.LoginRefreshed:
		return "has a new token", good
	case multiaccount.LoginRejected:
		return "has to log in again: " + e.Reason, bad
	case multiaccount.RefreshFailed:
		return "got no new token: " + e.Reason, warn
	case multiaccount.VerificationRequired:
		return "must visit " + e.URL, bad
	case multiaccount.UsageUpdated:
		return "has used " + figures(e.Windows), plain
	}
	return wordsOfPool(e)
}

// wordsOfPool are for what concerns more than one account, or its storage.
func wordsOfPool(e multiaccount.Event) (string, tone) {
	switch e := e.(type) {
	case multiaccount.PoolPaused:
		return "several accounts share a limit for " + apart(e.Until, e.At) + " (" + e.Reason + ")", warn
	case multiaccount.PoolResumed:
		return "all accounts serve again", good
	case multiaccount.CircuitOpened:
		return "is in trouble (" + e.Reason + ")", bad
	case multiaccount.CircuitClosed:
		return "answers again", good
	case multiaccount.ConversationMoved:
		return "took over a conversation: " + e.Reason, plain
	case multiaccount.DecisionMade:
		if e.Reason != "" {
			return "turned a request away: " + e.Reason, warn
		}
		return "took over a request that failed elsewhere", plain
	case multiaccount.StreamFailed:
		return "a stream failed (" + e.Class.String() + ")", warn
	case multiaccount.StreamCut:
		return "a stream was cut", warn
	case multiaccount.AccountQuarantined:
		return "its file cannot be read: " + e.Reason, bad
	case multiaccount.SaveFailed:
		return "is not stored: " + e.Reason, bad
	case multiaccount.SettingsChanged:
		return "the settings have changed: " + strings.Join(e.Keys, ", "), good
	case multiaccount.SettingsRejected:
		return "the settings cannot be used, and are as before: " + e.Reason, bad
	case multiaccount.EventsDropped:
		return tui.Count(e.Count, "event was", "events were") + " too many to follow", plain
	}
	return "", plain
}

// figures are quota windows in a few words.
func figures(windows []multiaccount.UsageFigure) string {
	all := make([]string, len(windows))
	for i, w := range windows {
		all[i] = fmt.Sprintf("%.0f %% of %s", w.Utilization, w.Name)
	}
	return strings.Join(all, ", ")
}

// apart is how far two moments are apart, in words that fit a column.
func apart(until, from time.Time) string { return tui.ShortWait(until.Sub(from)) }
