package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/tui"
)

// watchEvery is how often a watch looks when no event makes it: countdowns go on.
const watchEvery = time.Second

// watchStatus shows the status until its reader leaves it.
func watchStatus(ctx context.Context, s streams, o *session, f *accountFlags) error {
	if f.json {
		return watchJSON(ctx, s, o, f)
	}
	if !hasScreen(s) {
		return &usageError{errors.New("--watch needs a terminal; with --json it writes a line for each change instead")}
	}
	m := &watchModel{look: func(room int) (string, error) { return statusPage(ctx, o, f, room) }}
	screen := tea.NewProgram(m, tea.WithInput(s.in), tea.WithOutput(s.out), tea.WithoutSignalHandler())
	defer context.AfterFunc(ctx, screen.Quit)()
	defer o.engine.Subscribe(func(multiaccount.Event) { screen.Send(lookAgain{}) })()
	if _, err := screen.Run(); err != nil {
		return fmt.Errorf("showing the status: %w", err)
	}
	if m.interrupted || ctx.Err() != nil {
		return errors.Join(errInterrupted, m.err)
	}
	return m.err
}

// watchJSON writes what "status --json" does, a line each time it has changed.
func watchJSON(ctx context.Context, s streams, o *session, f *accountFlags) error {
	news := make(chan struct{}, 1)
	defer o.engine.Subscribe(func(multiaccount.Event) {
		select {
		case news <- struct{}{}:
		default:
		}
	})()
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for last := ""; ; {
		all, err := o.entries(ctx, f.provider)
		if err != nil {
			return err
		}
		line, err := json.Marshal(all)
		if err != nil {
			return err
		}
		if string(line) != last {
			last = string(line)
			if err := writeLine(s, line); err != nil {
				return err
			}
		}
		select {
		case <-news:
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// writeLine prints JSON on one line, or what was chosen of it.
func writeLine(s streams, line []byte) error {
	if s.pick.picks() {
		return s.pick.write(s.out, line)
	}
	return write(s, string(printable.JSON(line))+"\n")
}

// watchModel is the screen of a watch, for bubbletea.
type watchModel struct {
	look          func(room int) (string, error)
	page          string
	from          int // the first line that shows
	err           error
	width, height int
	interrupted   bool
}

// What the screen is told: to look, and what was seen.
type (
	lookAgain struct{}
	tickAgain struct{}
	looked    struct {
		page string
		err  error
	}
)

func (m *watchModel) lookNow() tea.Cmd {
	room := m.width
	return func() tea.Msg {
		page, err := m.look(room)
		return looked{page, err}
	}
}

func tickLater() tea.Cmd {
	return tea.Tick(watchEvery, func(time.Time) tea.Msg { return tickAgain{} })
}

// Init implements [tea.Model].
func (m *watchModel) Init() tea.Cmd { return tea.Batch(m.lookNow(), tickLater()) }

// Update implements [tea.Model].
func (m *watchModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		look := m.lookNow()
		return m, look
	case tea.KeyPressMsg:
		switch msg.String() {
		case "ctrl+c":
			m.interrupted = true
			return m, tea.Quit
		case "q", "esc":
			return m, tea.Quit
		default:
			m.scroll(msg.String())
		}
	case lookAgain:
		look := m.lookNow()
		return m, look
	case tickAgain:
		return m, tea.Batch(m.lookNow(), tickLater())
	case looked:
		if m.page, m.err = msg.page, msg.err; m.err != nil {
			return m, tea.Quit
		}
	}
	return m, nil
}

// scroll moves the page by a key.
func (m *watchModel) scroll(key string) {
	switch key {
	case "up", "k":
		m.from--
	case "down", "j":
		m.from++
	case "pgup", "b":
		m.from -= m.room()
	case "pgdown", "space":
		m.from += m.room()
	case "home", "g":
		m.from = 0
	case "end", "G":
		m.from = len(m.lines())
	}
	m.from = max(0, min(m.from, len(m.lines())-m.room()))
}

// room is how many lines of the page show.
func (m *watchModel) room() int { return max(1, m.height-1) }

func (m *watchModel) lines() []string { return strings.Split(strings.TrimRight(m.page, "\n"), "\n") }

// View implements [tea.Model]. What does not fit can be scrolled to, and that is told.
func (m *watchModel) View() tea.View {
	lines := m.lines()
	foot := "q leaves"
	if m.height > 0 && len(lines) > m.room() {
		from := min(m.from, len(lines)-m.room())
		foot = fmt.Sprintf("q leaves; ↑↓ scroll; %d more", len(lines)-from-m.room())
		lines = lines[from : from+m.room()]
	}
	text := strings.Join(lines, "\n") + "\n" + tui.Colours().Faint.Render(foot)
	if m.width > 0 {
		text = lipgloss.NewStyle().MaxWidth(m.width).Render(text)
	}
	v := tea.NewView(tui.Shown(text))
	v.AltScreen = true
	return v
}
