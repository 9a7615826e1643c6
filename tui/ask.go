package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"
)

// ErrDismissed is returned when a question was left without an answer: with
// escape or ctrl-c.
var ErrDismissed = errors.New("nothing was chosen")

// NoTerminalError is returned when a person would have to be asked and there is
// no terminal to do it on: a pipe, a file, or one that cannot redraw its lines.
type NoTerminalError struct {
	// Question is what would have been asked.
	Question string
}

// Error says what was to be asked.
func (e *NoTerminalError) Error() string {
	return Clean(fmt.Sprintf("there is no terminal here to ask on: %s", e.Question))
}

// Terminal is where a person is asked. Both ends must be a terminal, else
// every question ends with a [*NoTerminalError]. One question at a time.
type Terminal struct {
	// In is where keys come from, usually os.Stdin.
	In *os.File
	// Out is where questions show: os.Stderr leaves standard output to results.
	Out io.Writer
}

// Option is one thing to choose.
type Option struct {
	Name string
	// Note is what there is to say of it; may be empty.
	Note string
}

// Select has one of the options chosen with the arrow keys and enter, and
// returns its index. The first is proposed. Errors: [*NoTerminalError],
// [ErrDismissed], or why ctx ended; an empty list is an error too.
func (t Terminal) Select(ctx context.Context, question string, options ...Option) (int, error) {
	if len(options) == 0 {
		return 0, fmt.Errorf("there is nothing to choose from: %s", question)
	}
	chosen := 0
	field := huh.NewSelect[int]().Title(question).Options(Choices(options)...).Value(&chosen)
	err := t.ask(ctx, question, field)
	return chosen, err
}

// Confirm has a question answered with yes or no; no is proposed. Errors:
// [*NoTerminalError], [ErrDismissed], or why ctx ended. No is no error.
func (t Terminal) Confirm(ctx context.Context, question string) (bool, error) {
	sure := false
	field := huh.NewConfirm().Title(question).Affirmative("Yes").Negative("No").WithButtonAlignment(lipgloss.Left).Value(&sure)
	err := t.ask(ctx, question, field)
	return sure, err
}

// Choices returns options for a form, each with its note beside it. Their
// values are their indices.
func Choices(options []Option) []huh.Option[int] {
	all := make([]huh.Option[int], len(options))
	widest := 0
	for _, o := range options {
		widest = max(widest, len([]rune(o.Name)))
	}
	for i, o := range options {
		name := o.Name
		if o.Note != "" {
			name = Fit(name, widest) + "  " + Colours().Faint.Render(o.Note)
		}
		all[i] = huh.NewOption(name, i)
	}
	return all
}

func (t Terminal) ask(ctx context.Context, question string, field huh.Field) error {
	if t.In == nil || t.Out == nil || !IsTerminal(t.In) || !IsTerminal(t.Out) {
		return &NoTerminalError{Question: question}
	}
	form := huh.NewForm(huh.NewGroup(field)).WithTheme(Theme()).WithKeyMap(Keys()).WithShowHelp(true)
	form.SubmitCmd, form.CancelCmd = tea.Quit, tea.Quit
	screen := tea.NewProgram(asked{form}, tea.WithoutSignalHandler(), tea.WithInput(t.In), tea.WithOutput(t.Out))
	defer context.AfterFunc(ctx, screen.Quit)()
	_, err := screen.Run()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return fmt.Errorf("asking on the terminal: %w", err)
	case form.State != huh.StateCompleted:
		return ErrDismissed
	}
	return nil
}

// asked is a form as a program of its own. One that the form runs itself reads
// standard input whatever it was given, and leaves its reader behind when its
// context ends.
type asked struct{ form *huh.Form }

// Init implements [tea.Model].
func (a asked) Init() tea.Cmd { return a.form.Init() }

// Update implements [tea.Model].
func (a asked) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := a.form.Update(msg) // the form changes in place
	return a, cmd
}

// View implements [tea.Model].
func (a asked) View() tea.View { return tea.NewView(Shown(a.form.View())) }

// Keys returns the keys of forms: escape leaves them, as ctrl-c does.
func Keys() *huh.KeyMap {
	keys := huh.NewDefaultKeyMap()
	keys.Quit.SetKeys(slices.Concat(keys.Quit.Keys(), []string{"esc"})...)
	keys.Select.Filter.SetEnabled(false)
	return keys
}
