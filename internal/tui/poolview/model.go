package poolview

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/tui"
)

const (
	// beat is the time between two pictures, in which countdowns move.
	beat = time.Second
	// lookEvery is how many beats there are between two looks; an event brings
	// one at once.
	lookEvery = 3
)

// page is what fills the screen.
type page uint8

const (
	onAccounts page = iota
	onEvents
	onHelp
	// onAccount is the page of the selected account, onReading a text of the host's.
	onAccount
	onReading
)

// model is the screen, for bubbletea. It changes in Update alone, on one
// goroutine, and never waits there.
type model struct {
	tui.Palette

	host       Host
	background *background
	clock      func() time.Time
	// say brings a message from another goroutine.
	say func(tea.Msg)

	width, height int
	now           time.Time
	beats         int

	// seen has the accounts that show, all those that there are.
	seen     Snapshot
	all      []Account
	quotas   map[window]history
	filter   string
	typing   bool
	order    order
	looked   bool
	trouble  error
	selected key
	page     page
	// top is the first line that shows of a page, reading its text.
	top     int
	reading *reading
	notice  notice
	// saidAt is the beat of the last success.
	saidAt  int
	news    []news
	dialog  *dialog
	attempt *attempt
	usageAt time.Time

	interrupted bool
	over        bool
}

// ticked: another beat has passed.
type ticked struct{ now time.Time }

// sighted: a look has come to its end.
type sighted struct {
	seen Snapshot
	err  error
}

// happened: the engine has told of an event.
type happened struct{ event multiaccount.Event }

// notice is what the screen has to say of what was done last.
type notice struct {
	text string
	tone tone
}

// noticeBeats is how long a success is worth a line. Failures stay until
// something else happens, or escape.
const noticeBeats = 10

func newModel(host Host, c *background, clock func() time.Time, say func(tea.Msg)) *model {
	return &model{Palette: tui.Colours(), host: host, background: c, clock: clock, say: say, width: 80, height: 24, now: clock(), quotas: map[window]history{}}
}

// Init implements tea.Model.
func (m *model) Init() tea.Cmd { return tea.Batch(m.look(), m.background.wake(beat, m.clock)) }

// Update implements tea.Model.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.react(msg)
	return m, cmd
}

func (m *model) react(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.resized()
		return nil
	case ticked:
		return m.tick(msg.now)
	case sighted:
		return m.sight(msg)
	case happened:
		m.note(msg.event)
		return m.look()
	case done:
		return m.finish(msg)
	case told, asked, loggedIn:
		return m.heard(msg)
	case brought:
		m.bring(msg)
		return nil
	case tea.KeyPressMsg:
		return m.pressed(msg)
	case tea.MouseWheelMsg:
		return m.wheeled(msg)
	case tea.MouseClickMsg:
		return m.clicked(msg)
	}
	return m.fill(msg)
}

func (m *model) look() tea.Cmd {
	return m.background.ask(lookTime, func(ctx context.Context) tea.Msg {
		seen, err := m.host.Look(ctx)
		return sighted{seen, err}
	})
}

func (m *model) tick(now time.Time) tea.Cmd {
	m.now = now
	m.beats++
	if m.notice.tone == good && m.beats-m.saidAt >= noticeBeats {
		m.notice = notice{}
	}
	next := m.background.wake(beat, m.clock)
	if m.beats%lookEvery != 0 {
		return next
	}
	return tea.Batch(next, m.look())
}

// sight takes a look's picture. One that failed leaves the last, and says so.
func (m *model) sight(s sighted) tea.Cmd {
	m.trouble = s.err
	if s.err != nil {
		return nil
	}
	m.seen, m.looked = s.seen, true
	for i := range m.seen.Accounts {
		m.seen.Accounts[i].clean()
	}
	m.all = m.seen.Accounts
	m.remember()
	m.arrange()
	if m.seen.UsageEvery > 0 && m.now.Sub(m.usageAt) >= m.seen.UsageEvery {
		return m.askUsage(nil)
	}
	return nil
}

// View implements tea.Model.
func (m *model) View() tea.View {
	if m.over {
		return tea.NewView("")
	}
	v := tea.NewView(tui.Shown(m.screen()))
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	v.WindowTitle = "multiaccount"
	return v
}
