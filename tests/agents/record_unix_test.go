//go:build unix

package agents_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/screens/draw"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// record is set by the caller alone.
var record = flag.Bool("record", false, "record Claude Code and Codex at work, as docs/screens/agents.cast")

const (
	// The recording's size, in cells.
	recordWidth, recordHeight = 128, 40
	// thinking is how long the model takes, so that one can follow.
	thinking  = 1500 * time.Millisecond
	recording = "../../docs/screens/agents.cast"
	filmTitle = "Claude Code and Codex work on as the account that serves them is limited; below, multiaccount status"
)

// film is a place with accounts of both providers, and a terminal with both agents
// on it.
type film struct {
	*place
	srv  *providertest.Server
	tmux []string
	// started is when the terminal was.
	started time.Time
	// begun is when the first agent asked, answered counts those that have got their
	// last answer.
	begun    atomic.Int64
	answered atomic.Int32

	mu     sync.Mutex
	screen bytes.Buffer
	cast   draw.Cast
}

// TestRecord records both agents as they work on through a limit of the account
// that serves them, started by "multiaccount run", above what "status --watch" shows.
// "go run ./internal/screens" draws it.
func TestRecord(t *testing.T) {
	if prepared(t); !*record {
		t.Skip("nothing is recorded: go test ./tests/agents -run TestRecord -args -agents pinned -record")
	}
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("there is no tmux here, which has both agents on one screen")
	}
	f := newFilm(t)
	f.play(t)
	for ctx := rig.Deadline(t); f.answered.Load() < 2; time.Sleep(100 * time.Millisecond) {
		if ctx.Err() != nil {
			t.Fatalf("only %d agents have ended: %q", f.answered.Load(), f.shown())
		}
	}
	time.Sleep(2 * thinking) // for the last frames
	f.save(t)
}

func newFilm(t *testing.T) *film {
	t.Helper()
	f := &film{place: newPlace(t, claude())}
	f.gate.end()
	f.srv = providertest.New(providertest.Options{Model: f.answer})
	t.Cleanup(f.srv.Close)
	root := t.TempDir()
	f.state, f.home = filepath.Join(root, "state"), filepath.Join(root, "home")
	f.folder = filepath.Join(f.home, "project")
	for _, folder := range []string{f.state, f.folder, filepath.Join(f.home, ".codex"), filepath.Join(f.home, "bin")} {
		rig.Must(t, os.MkdirAll(folder, 0o700))
	}
	rig.Must(t, os.WriteFile(filepath.Join(f.state, "settings.jsonc"), rig.SettingsOf(f.srv), 0o600))
	eng := rig.Open(t, multiaccount.Config{Dir: f.state, Providers: rig.Providers(f.srv)})
	for _, flavour := range []providertest.Flavour{providertest.Anthropic, providertest.OpenAI} {
		for _, name := range []string{"work", "spare"} {
			h := f.srv.AddAccount(providertest.Account{Flavour: flavour, Name: name, Email: name + "@example.com", Windows: windowsOf(flavour)})
			login := rig.OAuth(h)
			login.Label = name
			rig.Add(t, rig.Pool(t, eng, string(flavour)), login)
		}
	}
	rig.Close(t, eng)
	f.write(t, ".codex/config.toml", codexModel+codexConfig+fmt.Sprintf("[projects.%q]\ntrust_level = \"trusted\"\n", f.folder))
	f.write(t, ".claude.json", fmt.Sprintf(`{"hasCompletedOnboarding": true, "theme": "dark-ansi", "projects": {%q: {"hasTrustDialogAccepted": true, "hasCompletedProjectOnboarding": true}}}`, f.folder))
	for name, path := range map[string]string{"claude": f.Agents["claude"], "codex": f.Agents["codex"], "multiaccount": f.Program} {
		rig.Must(t, os.Symlink(path, filepath.Join(f.home, "bin", name)))
	}
	f.write(t, "project/check", "#!/bin/sh\necho 'parser  ok'\ncat lexer\n")
	rig.Must(t, os.Chmod(filepath.Join(f.folder, "check"), 0o700))
	f.write(t, "project/lexer", "lexer   1 of 12 fails\n")
	return f
}

// windowsOf are windows that are used up by the second answer.
func windowsOf(f providertest.Flavour) []providertest.Window {
	if f == providertest.OpenAI {
		return []providertest.Window{{Name: "primary", Length: 5 * time.Hour, Limit: 100, Used: 30, Cost: 1}}
	}
	return []providertest.Window{{Name: "5h", Length: 5 * time.Hour, Limit: 100, Used: 30, Cost: 1}}
}

// answer is what the model says: by how many tools have run.
func (f *film) answer(asked providertest.Asked) providertest.Said {
	if !offersTools(asked.Body) {
		return providertest.Said{Text: "Mend the lexer"}
	}
	f.begun.CompareAndSwap(0, time.Now().UnixNano())
	time.Sleep(thinking)
	call := func(text, command string) providertest.Said {
		a := claude()
		if asked.Flavour == providertest.OpenAI {
			a = codexPlain()
		}
		return providertest.Said{Text: text, Tools: []providertest.ToolCall{a.shell(asked.Body, command)}}
	}
	switch f.step(asked) {
	case 0:
		return call("I run the checks first.", "./check")
	case 1:
		asked.Account.SetUsed(windowsOf(asked.Flavour)[0].Name, 100)
		return call("One fails in the lexer. I mend it.", "echo 'lexer   ok' > lexer")
	case 2:
		return call("And the checks again.", "./check")
	}
	f.answered.Add(1)
	return providertest.Said{Text: "All checks pass now. (Answered by the account " + asked.Account.Account().Email + ".)"}
}

// step is how many tools have run in the conversation.
func (f *film) step(asked providertest.Asked) int {
	heard := f.mind.hear(conversationOf(asked.Header), asked.Body)
	if asked.WebSocket { // only what is new is sent
		return len(heard) - 1
	}
	return strings.Count(string(asked.Body), `"tool_result"`) + strings.Count(string(asked.Body), `"function_call_output"`)
}

// play starts the terminal, with the agents beside each other.
func (f *film) play(t *testing.T) {
	t.Helper()
	f.cast = draw.Cast{Title: filmTitle, Width: recordWidth, Height: recordHeight}
	f.tmux = []string{"tmux", "-S", filepath.Join(f.state, "tmux"), "-f", "/dev/null"}
	const prompt = " 'The lexer check fails. Mend it.'"
	first := f.run("new-session", "-x", fmt.Sprint(recordWidth), "-y", fmt.Sprint(recordHeight),
		"multiaccount run claude --permission-mode acceptEdits --allowedTools Bash --model claude-opus-5 --"+prompt,
		";", "set", "status", "off", ";", "set", "-g", "focus-events", "on", ";", "set", "pane-border-style", "fg=default", ";", "set", "pane-active-border-style", "fg=default",
		";", "split-window", "-v", "-l", "13", "multiaccount status --watch",
		";", "split-window", "-h", "-t", "0", "multiaccount run codex -- --dangerously-bypass-approvals-and-sandbox"+prompt)
	terminal, err := pty.StartWithSize(first, &pty.Winsize{Rows: recordHeight, Cols: recordWidth})
	rig.Must(t, err)
	t.Cleanup(func() {
		_ = f.run("kill-server").Run() // it may have ended
		_ = first.Wait()
		_ = terminal.Close()
	})
	f.started = time.Now()
	go f.watch(terminal)
}

func (f *film) run(args ...string) *exec.Cmd {
	cmd := exec.Command(f.tmux[0], append(f.tmux[1:len(f.tmux):len(f.tmux)], args...)...)
	cmd.Dir = f.folder
	cmd.Env = f.environment("MULTIACCOUNT_DIR="+f.state, "PATH="+filepath.Join(f.home, "bin")+":"+os.Getenv("PATH"), "TERM=xterm", "SHELL=/bin/sh",
		"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1", "FORCE_COLOR=1")
	return cmd
}

func (f *film) watch(terminal *os.File) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := terminal.Read(buffer)
		f.mu.Lock()
		f.screen.Write(buffer[:n])
		if n > 0 {
			f.cast.Events = append(f.cast.Events, draw.Event{At: time.Since(f.started), Text: string(buffer[:n])})
		}
		f.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (f *film) shown() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.screen.String()
}

// save writes the recording, from about when the first agent asked.
func (f *film) save(t *testing.T) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	skipped := time.Unix(0, f.begun.Load()).Sub(f.started) - time.Second
	for i := range f.cast.Events {
		f.cast.Events[i].At = max(f.cast.Events[i].At-skipped, 0)
	}
	file, err := os.Create(recording)
	rig.Must(t, err)
	rig.Must(t, f.cast.Write(file))
	rig.Must(t, file.Close())
}
