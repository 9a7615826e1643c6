package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/cli/browser"

	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tui"
)

// openTime is how long the system has to say that there is no browser.
const openTime = time.Second

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

// Browse opens the login page, and tells where it is in case that nothing shows.
func (w *owner) Browse(url string) error {
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

// Device shows a code to be typed in elsewhere.
func (w *owner) Device(d providers.DeviceLogin) error {
	w.say("On any device, go to", "  "+tui.Clean(d.URL), "and type in the code", "  "+w.look.Title.Render(tui.Clean(d.UserCode)))
	if d.CompleteURL != "" {
		w.say("or go to", "  "+tui.Clean(d.CompleteURL))
	}
	w.say(w.look.Warn.Render("Never type in a code that somebody else sent you."),
		w.look.Faint.Render("Waiting for the login… ctrl-c ends it."))
	return nil
}

// Paste asks for what the browser shows in the end.
func (w *owner) Paste(ctx context.Context, q login.Question) (string, error) {
	if isTerminal(w.in) && !isTerminal(w.err) {
		return "", &tui.NoTerminalError{Question: "what the browser shows in the end"}
	}
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
	return w.line(ctx)
}

// line reads what was pasted.
func (w *owner) line(ctx context.Context) (string, error) {
	return tui.Awaited(ctx, func() (string, error) {
		line, err := w.lines.ReadString('\n')
		if line == "" && err != nil {
			return "", fmt.Errorf("nothing was pasted: %w", err)
		}
		return line, nil
	})
}

// isTerminal reports whether a person is at the other end of a stream.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && file != nil && term.IsTerminal(file.Fd())
}
