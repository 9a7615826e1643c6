package demoview

import (
	"fmt"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-810f1486/multiaccount/internal/demo"
	"github.com/seed-810f1486/multiaccount/tui"
)

// Run is a demo that is under way; [*demo.Run] is one.
type Run interface {
	// Snapshot returns how the run is now.
	Snapshot() demo.Snapshot
	// Done is closed when the run has ended.
	Done() <-chan struct{}
	// Stop ends the run early.
	Stop()
}

// frame is the time between two pictures.
const frame = 100 * time.Millisecond

// Watch shows a run on the terminal out until it has ended, and then clears
// what it has shown. Ctrl+c on in ends the run early, a second one the
// watching. in may be nil. The error says what is wrong with the terminal; the
// run goes on then.
func Watch(run Run, in io.Reader, out io.Writer) error {
	screen := tea.NewProgram(newModel(run), tea.WithOutput(out), tea.WithInput(in), tea.WithoutSignalHandler())
	if _, err := screen.Run(); err != nil {
		return fmt.Errorf("showing the demo: %w", err)
	}
	return nil
}

// model is the screen, for bubbletea.
type model struct {
	run           Run
	snapshot      demo.Snapshot
	width, height int
	stopping      bool
	ended         bool
}

// looked is a fresh snapshot; ended is set with the last.
type looked struct {
	snapshot demo.Snapshot
	ended    bool
}

func newModel(run Run) model {
	return model{run: run, snapshot: run.Snapshot(), width: 80, height: 24}
}

// look waits for a moment, or for the end of the run.
func (m model) look() tea.Msg {
	timer := time.NewTimer(frame)
	defer timer.Stop()
	select {
	case <-timer.C:
		return looked{snapshot: m.run.Snapshot()}
	case <-m.run.Done():
		return looked{snapshot: m.run.Snapshot(), ended: true}
	}
}

// Init implements tea.Model.
func (m model) Init() tea.Cmd { return m.look }

// Update implements tea.Model.
func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.KeyPressMsg:
		return m.pressed(msg.String())
	case looked:
		m.snapshot, m.ended = msg.snapshot, msg.ended
		if m.ended {
			return m, tea.Quit
		}
		return m, m.look
	}
	return m, nil
}

func (m model) pressed(key string) (tea.Model, tea.Cmd) {
	if key != "ctrl+c" && key != "q" {
		return m, nil
	}
	if m.stopping {
		m.ended = true
		return m, tea.Quit
	}
	m.stopping = true
	m.run.Stop()
	return m, nil
}

// View implements tea.Model. The report takes the place of the last picture.
func (m model) View() tea.View {
	if m.ended {
		return tea.NewView("")
	}
	return tea.NewView(tui.Shown(Live(m.snapshot, m.width, m.height)))
}
