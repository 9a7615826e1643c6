package tui

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/charmbracelet/x/term"
)

// Secret has a line typed that does not show, and returns it. Any terminal will
// do. It ends at once with ctrl-c or when ctx ends, and leaves the terminal as it
// was. Errors: [*NoTerminalError], [ErrDismissed], why ctx ended, or the
// terminal's.
func (t Terminal) Secret(ctx context.Context, question string) (string, error) {
	out, ok := t.Out.(*os.File)
	if t.In == nil || !ok || !term.IsTerminal(t.In.Fd()) || !term.IsTerminal(out.Fd()) {
		return "", &NoTerminalError{Question: question}
	}
	before, err := term.MakeRaw(t.In.Fd())
	if err != nil {
		return "", fmt.Errorf("the terminal: %w", err)
	}
	_, _ = fmt.Fprint(out, Clean(question)+" ") // a question that does not show is no reason to fail
	line, err := Awaited(ctx, func() (string, error) { return hiddenLine(t.In) })
	err = cmp.Or(err, term.Restore(t.In.Fd(), before))
	_, _ = fmt.Fprintln(out)
	return line, err
}

// What the keys of a line send to a program that reads them one by one.
const (
	keyInterrupt = 0x03
	keyEnd       = 0x04
	keyBackspace = 0x08
	keyKill      = 0x15
	keyDelete    = 0x7f
)

// hiddenLine reads the keys of a line. It reads no byte beyond the line's end: that
// may be the answer to the next question.
func hiddenLine(in io.Reader) (string, error) {
	var line []byte
	for one := make([]byte, 1); ; {
		if _, err := io.ReadFull(in, one); err != nil {
			return "", err
		}
		switch key := one[0]; key {
		case '\r', '\n':
			return string(line), nil
		case keyInterrupt:
			return "", ErrDismissed
		case keyEnd:
			return "", io.EOF
		case keyBackspace, keyDelete:
			_, size := utf8.DecodeLastRune(line)
			line = line[:len(line)-size]
		case keyKill:
			line = nil
		default:
			line = append(line, key)
		}
	}
}

// Awaited reads in a way that the end of ctx ends: the error is its cause then.
// Nothing can stop the reading itself, which goes on until it has something.
func Awaited[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
