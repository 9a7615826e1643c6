package demoview

import (
	"bytes"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/internal/demo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeRun is a run that a test ends.
type fakeRun struct {
	done    chan struct{}
	once    sync.Once
	stopped int
}

func newFakeRun() *fakeRun { return &fakeRun{done: make(chan struct{})} }

func (r *fakeRun) Snapshot() demo.Snapshot {
	return demo.Snapshot{Options: demo.DefaultOptions(), Elapsed: time.Second}
}
func (r *fakeRun) Done() <-chan struct{} { return r.done }
func (r *fakeRun) Stop()                 { r.stopped++ }
func (r *fakeRun) end()                  { r.once.Do(func() { close(r.done) }) }

func press(t *testing.T, m tea.Model, key tea.KeyPressMsg) (model, tea.Cmd) {
	t.Helper()
	next, cmd := m.Update(key)
	return next.(model), cmd //nolint:forcetypeassert // the screen is always a model
}

func TestCtrlCEndsTheRunAndThenTheScreen(t *testing.T) {
	run := newFakeRun()
	ctrlC := tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}
	m, cmd := press(t, newModel(run), ctrlC)
	if run.stopped != 1 || cmd != nil || m.View().Content == "" {
		t.Errorf("the first: stopped %d times, command %v", run.stopped, cmd != nil)
	}
	m, cmd = press(t, m, ctrlC)
	if run.stopped != 1 || cmd == nil || cmd() != tea.Quit() || m.View().Content != "" {
		t.Errorf("the second: stopped %d times, command %v", run.stopped, cmd != nil)
	}
}

func TestOtherKeysDoNothing(t *testing.T) {
	run := newFakeRun()
	if _, cmd := press(t, newModel(run), tea.KeyPressMsg{Code: 'x', Text: "x"}); cmd != nil || run.stopped != 0 {
		t.Errorf("stopped %d times, command %v", run.stopped, cmd != nil)
	}
}

func TestScreenFollowsTheWindow(t *testing.T) {
	next, _ := newModel(newFakeRun()).Update(tea.WindowSizeMsg{Width: 100, Height: 50})
	if m, ok := next.(model); !ok || m.width != 100 || m.height != 50 {
		t.Errorf("%+v", next)
	}
}

func TestLastLookEndsTheScreen(t *testing.T) {
	run := newFakeRun()
	m := newModel(run)
	next, cmd := m.Update(m.Init()())
	if cmd == nil || next.View().Content == "" {
		t.Error("the screen ended before the run")
	}
	run.end()
	next, cmd = next.Update(cmd())
	if cmd == nil || cmd() != tea.Quit() || next.View().Content != "" {
		t.Error("the screen did not end with the run, or left something behind")
	}
}

func TestWatchReturnsWhenTheRunHasEnded(t *testing.T) {
	run := newFakeRun()
	run.end()
	var out bytes.Buffer
	if err := Watch(run, nil, &out); err != nil {
		t.Error(err)
	}
}
