// Package tty runs a program on a terminal of its own: a pseudo-terminal with
// an emulator behind it, whose screen can be read and waited for.
package tty

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// Terminal is a terminal with one program on it. Its methods are safe for
// concurrent use.
type Terminal struct {
	file *os.File
	cmd  *exec.Cmd

	mu    sync.Mutex
	emu   *vt.Emulator
	all   bytes.Buffer
	fresh chan struct{}

	readers sync.WaitGroup
	ended   chan struct{}
	err     error
}

// Start starts cmd on a terminal of that size. [Terminal.Close] must be called. Where
// there are no pseudo-terminals the error is [errors.ErrUnsupported].
func Start(cmd *exec.Cmd, width, height int) (*Terminal, error) {
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: rows(height), Cols: rows(width)})
	if errors.Is(err, pty.ErrUnsupported) {
		return nil, fmt.Errorf("pseudo-terminals: %w", errors.ErrUnsupported)
	}
	if err != nil {
		return nil, fmt.Errorf("a terminal for %s: %w", cmd.Path, err)
	}
	t := &Terminal{
		file: file, cmd: cmd, emu: vt.NewEmulator(width, height),
		fresh: make(chan struct{}), ended: make(chan struct{}),
	}
	t.readers.Go(t.draw)
	t.readers.Go(t.answer)
	return t, nil
}

func rows(n int) uint16 { return uint16(min(max(n, 1), 1000)) }

// draw has the emulator show what the program writes, until it has ended.
func (t *Terminal) draw() {
	buffer := make([]byte, 32<<10)
	for {
		n, err := t.file.Read(buffer)
		t.mu.Lock()
		t.all.Write(buffer[:n])
		_, _ = t.emu.Write(buffer[:n]) // an emulator cannot fail
		close(t.fresh)
		t.fresh = make(chan struct{})
		t.mu.Unlock()
		if err != nil {
			break
		}
	}
	t.err = t.cmd.Wait()
	close(t.ended)
}

// answer gives the program what a terminal says by itself, as to the question
// what it can do.
func (t *Terminal) answer() {
	_, _ = io.Copy(t.file, t.emu)     // it ends with the emulator's input, or with the program
	_, _ = io.Copy(io.Discard, t.emu) // lest the emulator waits
}

// Type sends keys, as the bytes that a terminal makes of them.
func (t *Terminal) Type(keys string) error {
	_, err := io.WriteString(t.file, keys)
	return err
}

// Resize gives the terminal another size and tells the program.
func (t *Terminal) Resize(width, height int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.emu.Resize(width, height)
	return pty.Setsize(t.file, &pty.Winsize{Rows: rows(height), Cols: rows(width)})
}

// Await waits until the screen is as seen wants it, and returns it. When ctx or
// the program ends before that, the error shows the last screen.
func (t *Terminal) Await(ctx context.Context, seen func(screen string) bool) (string, error) {
	for {
		screen, fresh := t.look()
		if seen(screen) {
			return screen, nil
		}
		select {
		case <-fresh:
		case <-ctx.Done():
			return screen, fmt.Errorf("%w before the screen was right, which is\n%s", ctx.Err(), screen)
		case <-t.ended:
			if screen, _ = t.look(); seen(screen) {
				return screen, nil
			}
			return screen, fmt.Errorf("the program ended before the screen was right, which is\n%s", screen)
		}
	}
}

// AwaitText is Await for a text anywhere.
func (t *Terminal) AwaitText(ctx context.Context, text string) (string, error) {
	screen, err := t.Await(ctx, func(screen string) bool { return strings.Contains(screen, text) })
	if err != nil {
		return screen, fmt.Errorf("waiting for %q: %w", text, err)
	}
	return screen, nil
}

func (t *Terminal) look() (screen string, fresh <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var lines []string
	for y := range t.emu.Height() {
		var line strings.Builder
		for x := 0; x < t.emu.Width(); x++ {
			c := t.emu.CellAt(x, y)
			switch {
			case c == nil || c.Content == "":
				line.WriteByte(' ')
			default:
				line.WriteString(c.Content)
				x += max(c.Width-1, 0)
			}
		}
		lines = append(lines, strings.TrimRight(line.String(), " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n", t.fresh
}

// Draw calls fn with the emulator while nothing changes on it.
func (t *Terminal) Draw(fn func(*vt.Emulator)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fn(t.emu)
}

// Written returns all that the program has written, with its escape sequences.
func (t *Terminal) Written() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all.String()
}

// Signal sends the program a signal.
func (t *Terminal) Signal(s os.Signal) error { return t.cmd.Process.Signal(s) }

// Wait waits for the end of the program, and returns its exit status.
func (t *Terminal) Wait(ctx context.Context) (int, error) {
	select {
	case <-t.ended:
	case <-ctx.Done():
		screen, _ := t.look()
		return 0, fmt.Errorf("the program has not ended: %w\n%s", ctx.Err(), screen)
	}
	if failed, ok := errors.AsType[*exec.ExitError](t.err); ok {
		return failed.ExitCode(), nil
	}
	return 0, t.err
}

// Close ends the program, if it still runs, with what it has started, and the
// terminal.
func (t *Terminal) Close() {
	kill(t.cmd.Process)
	<-t.ended
	_ = t.file.Close()
	if input, ok := t.emu.InputPipe().(io.Closer); ok {
		_ = input.Close()
	}
	t.readers.Wait()
}
