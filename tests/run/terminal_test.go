//go:build unix

package run_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount/internal/tty"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// A signal reaches the program, which ends the run with its own status.
func TestRunPassesSignals(t *testing.T) {
	d := newDesk(t)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		c := d.command(t, "run", "tool", "signal")
		lines := c.begin(t)
		rig.Must(t, c.Process.Signal(s))
		if line, err := lines.ReadString('\n'); line != fmt.Sprintf("got %v\n", s) {
			t.Errorf("%v: %q, %v", s, line, err)
		}
		if _ = c.Wait(); c.status() != 7 {
			t.Errorf("%v: status %d", s, c.status())
		}
	}
}

// On a terminal ctrl-c is the program's, and no end of the gateway; ctrl-z stops the
// program, and the shell continues it.
func TestRunOnATerminal(t *testing.T) {
	d := newDesk(t)
	other := d.command(t, "run", "tool", "signal")
	other.begin(t)
	serving := d.gateway()
	cmd := exec.Command("bash", "--norc", "-i")
	cmd.Env = append(d.environment(), standInMark+"="+filepath.Join(t.TempDir(), "report"), "PS1=$ ")
	terminal, err := tty.Start(cmd, 100, 30)
	rig.Must(t, err)
	t.Cleanup(terminal.Close)
	sees := func(text string) {
		t.Helper()
		if _, err := terminal.AwaitText(rig.Deadline(t), text); err != nil {
			t.Fatal(err)
		}
	}
	rig.Must(t, terminal.Type(program+" run tool signal; echo ended with $?\r"))
	sees("ready")
	rig.Must(t, terminal.Type("\x1a"))
	sees("Stopped")
	rig.Must(t, terminal.Type("fg\r"))
	sees("goes on")
	rig.Must(t, terminal.Type("\x03"))
	sees("got interrupt")
	if d.gateway() != serving {
		t.Error("ctrl-c has ended the gateway")
	}
	rig.Must(t, terminal.Type("exit\r"))
	rig.Must(t, other.Process.Kill())
	_ = other.Wait()
}

// Within tmux it is as anywhere else.
func TestRunInTmux(t *testing.T) {
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skipf("no tmux here: %v", err)
	}
	d := newDesk(t)
	socket, out := filepath.Join(t.TempDir(), "tmux"), filepath.Join(t.TempDir(), "out")
	tmux := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "tmux", append([]string{"-S", socket, "-f", "/dev/null"}, args...)...)
		cmd.Env = append(d.environment(), standInMark+"="+filepath.Join(t.TempDir(), "report"))
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("tmux %v: %v %s", args, err, text)
		}
	}
	tmux("new-session", "-d", fmt.Sprintf("%s run claude ask > %s 2>&1; echo status $? >> %s", program, out, out))
	rig.Until(t, "the end of run", func() bool {
		text, _ := os.ReadFile(out)
		return strings.Contains(string(text), "status 0") || strings.Contains(string(text), "status 1")
	})
	if text, _ := os.ReadFile(out); !strings.HasPrefix(string(text), "200 ") || !strings.Contains(string(text), "status 0") {
		t.Errorf("answered %s", text)
	}
}

// On a terminal setup offers what is installed, and sets up what is chosen.
func TestSetupOffers(t *testing.T) {
	d := newDesk(t)
	cmd := exec.Command(program, "setup")
	cmd.Env = append(d.environment(), "TERM=xterm-256color")
	terminal, err := tty.Start(cmd, 100, 30)
	rig.Must(t, err)
	t.Cleanup(terminal.Close)
	for _, step := range []struct{ sees, keys string }{{"Which one is to use the gateway?", "\r"}, {"set up Claude Code for http://127.0.0.1:8383", ""}} {
		if _, err := terminal.AwaitText(rig.Deadline(t), step.sees); err != nil {
			t.Fatal(err)
		}
		rig.Must(t, terminal.Type(step.keys))
	}
	if status, err := terminal.Wait(rig.Deadline(t)); status != 0 || err != nil {
		t.Errorf("status %d, %v", status, err)
	}
	if text := content(t, filepath.Join(d.home, ".claude", "settings.json")); !strings.Contains(text, "127.0.0.1:8383/anthropic") {
		t.Errorf("wrote %s", text)
	}
}
