package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/cli/browser"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tui"
)

const (
	// openTime is how long the system has to say that there is no browser.
	openTime = time.Second
	// maxKey bounds what is read of standard input; keys are short.
	maxKey = 64 << 10
)

// owner is the person who logs in. What is said goes to standard error.
type owner struct {
	streams

	lines *bufio.Reader
	look  tui.Palette
}

func newOwner(s streams) *owner { return &owner{s, bufio.NewReader(s.in), tui.Colours()} }

func (w *owner) say(lines ...string) {
	_ = tui.Print(w.err, strings.Join(lines, "\n")+"\n") // there is nobody else to tell
}

// browse opens the login page, and tells where it is in case that nothing shows.
func (w *owner) browse(url string) error {
	w.say(w.look.Title.Render("Log in with your browser."), w.look.Faint.Render("If none opens here, go to"), "  "+tui.Clean(url))
	if err := openBrowser(url); err != nil {
		w.say(w.look.Warn.Render("No browser could be opened: go to that address yourself, on this machine."))
	}
	w.say(w.look.Faint.Render("Waiting for the login… ctrl-c ends it."))
	return nil
}

// openBrowser returns the error of an opener that fails soon.
func openBrowser(url string) error {
	opened := make(chan error, 1)
	// Some openers return only when the browser is closed. The process does not
	// wait for that.
	go func() { opened <- browser.OpenURL(url) }()
	select {
	case err := <-opened:
		return err
	case <-time.After(openTime):
		return nil
	}
}

// device shows a code to be typed in elsewhere.
func (w *owner) device(d providers.DeviceLogin) error {
	w.say("On any device, go to", "  "+tui.Clean(d.URL), "and type in the code", "  "+w.look.Title.Render(tui.Clean(d.UserCode)))
	if d.CompleteURL != "" {
		w.say("or go to", "  "+tui.Clean(d.CompleteURL))
	}
	w.say(w.look.Warn.Render("Never type in a code that somebody else sent you."),
		w.look.Faint.Render("Waiting for the login… ctrl-c ends it."))
	return nil
}

// paste asks for what the browser shows in the end.
func (w *owner) paste(ctx context.Context, q login.Question) (string, error) {
	if q.Problem != nil {
		w.say(w.look.Warn.Render(tui.Clean(q.Problem.Error())))
	} else {
		end := "The browser ends at a page that cannot load; copy its whole address."
		if q.Shown {
			end = "The browser ends at a page with a code; copy it."
		}
		w.say(w.look.Title.Render("Log in with a browser on any machine, at"), "  "+tui.Clean(q.URL), end)
	}
	_ = tui.Print(w.err, "Paste it here: ") // as above
	return awaited(ctx, func() (string, error) {
		line, err := w.lines.ReadString('\n')
		if line == "" && err != nil {
			return "", fmt.Errorf("nothing was pasted: %w", err)
		}
		return line, nil
	})
}

// key reads an API key, unseen on a terminal.
func (w *owner) key(ctx context.Context, provider string) (account.Secret, error) {
	read := func() ([]byte, error) { return io.ReadAll(io.LimitReader(w.in, maxKey)) }
	if isTerminal(w.in) {
		_ = tui.Print(w.err, "API key for "+provider+" (it is not shown): ") // as above
		defer w.say("")
		state, err := term.GetState(w.in.Fd())
		if err != nil {
			return account.Secret{}, fmt.Errorf("the terminal: %w", err)
		}
		defer func() { _ = term.Restore(w.in.Fd(), state) }() // an interruption leaves it without echo
		read = func() ([]byte, error) { return term.ReadPassword(w.in.Fd()) }
	}
	text, err := awaited(ctx, read)
	if err != nil {
		return account.Secret{}, fmt.Errorf("reading the API key: %w", err)
	}
	return login.ParseKey(string(text))
}

func isTerminal(file *os.File) bool { return file != nil && term.IsTerminal(file.Fd()) }

// awaited reads in a way that an interruption ends. Nothing can stop the
// reading itself: it ends with the process.
func awaited[T any](ctx context.Context, read func() (T, error)) (T, error) {
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
