package poolview

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-810f1486/multiaccount"
)

// Show runs the screen until its owner leaves it or ctx ends, and then gives
// the terminal back as it was. interrupted reports whether that was by ctrl-c.
// It returns once all that was begun has come to its end. The error says what
// is wrong with the terminal.
func Show(ctx context.Context, host Host, in *os.File, out io.Writer) (interrupted bool, err error) {
	c := newBackground(ctx)
	defer c.dismiss()
	var screen *tea.Program
	m := newModel(host, c, time.Now, func(msg tea.Msg) { screen.Send(msg) })
	screen = tea.NewProgram(m, tea.WithInput(in), tea.WithOutput(out), tea.WithoutSignalHandler())
	defer context.AfterFunc(ctx, screen.Quit)()
	defer host.Subscribe(func(e multiaccount.Event) { screen.Send(happened{e}) })()
	if _, err := screen.Run(); err != nil {
		return false, fmt.Errorf("the screen: %w", err)
	}
	return m.interrupted, nil
}
