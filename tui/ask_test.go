package tui_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/tty"
	"github.com/seed-810f1486/multiaccount/tui"
)

func TestQuestionsOnATerminal(t *testing.T) {
	for name, test := range map[string]struct{ asks, shows, keys, want string }{
		"the first is proposed":    {"select", "personal", "\r", "chosen 0, error <nil>"},
		"another is chosen":        {"select", "work      Max", "j\r", "chosen 1, error <nil>"},
		"escape leaves":            {"select", "personal", "\x1b", "error nothing was chosen"},
		"ctrl-c leaves":            {"confirm", "Yes", "\x03", "sure false, error nothing was chosen"},
		"no is proposed":           {"confirm", "Yes", "\r", "sure false, error <nil>"},
		"yes by its letter":        {"confirm", "Yes", "y", "sure true, error <nil>"},
		"a secret does not show":   {"secret", "Key:", "abc\x7fd\x7f\x7fü\x7fz\r", `secret "az", error <nil>`},
		"a secret again":           {"secret", "Key:", "abc\x15x y\r", `secret "x y", error <nil>`},
		"ctrl-c leaves a secret":   {"secret", "Key:", "ab\x03", `secret "", error nothing was chosen`},
		"ctrl-d ends a secret":     {"secret", "Key:", "ab\x04", `secret "", error EOF`},
		"keys that are too early":  {"secrets", "Key:", "one\rtwo\r", `secrets "one" "two"`},
		"yes by the arrow and key": {"confirm", "Yes", "\x1b[D\r", "sure true, error <nil>"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "TERM=xterm-256color", "TUI_ASKS="+test.asks)
			terminal, err := tty.Start(cmd, 60, 12)
			if errors.Is(err, errors.ErrUnsupported) {
				t.Skipf("no pseudo-terminals here: %v", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer terminal.Close()
			if _, err := terminal.AwaitText(ctx, test.shows); err != nil {
				t.Fatal(err)
			}
			if err := terminal.Type(test.keys); err != nil {
				t.Fatal(err)
			}
			if _, err := terminal.AwaitText(ctx, test.want); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestQuestionsEndWithTheirContext(t *testing.T) {
	keyboard, keys, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { _, _ = keyboard.Close(), keys.Close() })
	t.Setenv("TERM", "xterm-256color")
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	if _, err := (tui.Terminal{In: keys, Out: keys}).Confirm(ctx, "Remove work?"); !errors.Is(err, gone) {
		t.Errorf("error %v", err)
	}
}

func TestQuestionsNeedATerminal(t *testing.T) {
	nobody, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nobody.Close() })
	for name, on := range map[string]tui.Terminal{"nothing": {}, "files": {In: nobody, Out: &bytes.Buffer{}}} {
		var none *tui.NoTerminalError
		if _, err := on.Select(t.Context(), "Which account?", tui.Option{Name: "work"}); !errors.As(err, &none) || none.Question != "Which account?" {
			t.Errorf("%s: %v", name, err)
		}
		if sure, err := on.Confirm(t.Context(), "Remove work?"); sure || !errors.As(err, &none) {
			t.Errorf("%s: %v, %v", name, sure, err)
		}
	}
	if _, err := (tui.Terminal{}).Select(t.Context(), "Which account?"); err == nil {
		t.Error("nothing was chosen from")
	}
}

func TestLabel(t *testing.T) {
	for want, a := range map[string]multiaccount.AccountStatus{
		"work": {Label: "work", Email: "a@example.com"}, "a@example.com": {Email: "a@example.com"}, "Account (23456789)": {ID: "0123456789"},
	} {
		if got := tui.Label(&a); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A host asks which account to use. Where nobody can be asked, it says so.
func ExampleTerminal_Select() {
	on := tui.Terminal{In: nil, Out: os.Stderr} // In is os.Stdin in a real host
	accounts := []tui.Option{{Name: "work", Note: "free in " + tui.Wait(26*time.Hour+3*time.Minute)}, {Name: "personal"}}
	chosen, err := on.Select(context.Background(), "Which account?", accounts...)
	var nobody *tui.NoTerminalError
	switch {
	case errors.As(err, &nobody):
		fmt.Println(err)
	case err == nil:
		fmt.Println("chosen:", accounts[chosen].Name)
	}
	// Output: there is no terminal here to ask on: Which account?
}
