//go:build unix

// Package run_test calls "multiaccount run" as a user does, with programs that stand
// in for the coding agents.
package run_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// standInMark is in the environment of what stands in for an agent.
const standInMark = "STAND_IN_REPORT"

func TestMain(m *testing.M) {
	if report := os.Getenv(standInMark); report != "" {
		os.Exit(standIn(report, os.Args[1:]))
	}
	folder, err := os.MkdirTemp("", "run")
	if err == nil {
		program, err = rig.BuildCommand(folder)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(status)
}

// program is the command, which was built once.
var program string

// report is what an agent saw when it started.
type report struct {
	Args, Env []string
	PID, PPID int
	Group     int
}

// standIn is an agent. Its last argument says what it does.
func standIn(path string, args []string) int {
	text, err := json.Marshal(report{args, os.Environ(), os.Getpid(), os.Getppid(), syscall.Getpgrp()})
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 99
	}
	switch what, value, _ := strings.Cut(args[len(args)-1], "="); what {
	case "ask":
		return asks(os.Getenv("ANTHROPIC_BASE_URL")+"/v1/messages", os.Getenv("ANTHROPIC_AUTH_TOKEN"))
	case "exit":
		status, _ := strconv.Atoi(value)
		return status
	case "signal":
		return waits()
	case "echo":
		_, _ = io.Copy(os.Stdout, os.Stdin)
	}
	return 0
}

// asks makes a request as an agent does.
func asks(url, token string) int {
	body := strings.NewReader(`{"model":"claude-opus-5","max_tokens":16,"messages":[{"role":"user","content":"hello"}]}`)
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, url, body)
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	text, _ := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, string(text))
	return 0
}

// waits waits for a signal that ends it, and says which one came. It says when it is
// continued, too: the shell has given it the terminal then.
func waits() int {
	got := make(chan os.Signal, 1)
	signal.Notify(got, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCONT)
	fmt.Println("ready")
	s := <-got
	for ; s == syscall.SIGCONT; s = <-got {
		fmt.Println("goes on")
	}
	fmt.Println("got", s)
	return 7
}

// desk is a user's machine: a home, a state directory with an account at the fake
// provider, and agents on the path.
type desk struct {
	home, dir, bin string
	srv            *providertest.Server
	work           *providertest.AccountHandle
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	root := t.TempDir()
	d := &desk{
		home: filepath.Join(root, "home"),
		dir:  filepath.Join(root, "state"), bin: filepath.Join(root, "bin"), srv: rig.Server(t),
	}
	for _, folder := range []string{d.home, d.dir, d.bin} {
		rig.Must(t, os.MkdirAll(folder, 0o700))
	}
	self, err := os.Executable()
	rig.Must(t, err)
	for _, name := range []string{"claude", "codex", "opencode", "tool"} {
		rig.Must(t, os.Symlink(self, filepath.Join(d.bin, name)))
	}
	d.work = d.srv.AddAccount(providertest.Account{Email: "work@example.com"})
	at := d.srv.Endpoints(providertest.Anthropic)
	settings := fmt.Sprintf(`{"providers": {"anthropic": {"base_url": %q, "token_url": %q}}}`, at.BaseURL, at.TokenURL)
	rig.Must(t, os.WriteFile(filepath.Join(d.dir, "settings.jsonc"), []byte(settings), 0o600))
	eng := rig.Open(t, multiaccount.Config{Dir: d.dir, Providers: rig.Providers(d.srv)})
	rig.Add(t, rig.Pool(t, eng, "anthropic"), rig.OAuth(d.work))
	rig.Close(t, eng)
	t.Cleanup(func() {
		for _, pid := range rig.Running(t, program) { // which would wait for the next run
			n, err := strconv.Atoi(pid)
			rig.Must(t, err)
			_ = syscall.Kill(n, syscall.SIGTERM) // it may have ended
		}
		rig.Ended(t, program)
	})
	return d
}

// call is a command line of the user's.
type call struct {
	*exec.Cmd
	report   string
	out, err bytes.Buffer
}

func (d *desk) command(t *testing.T, args ...string) *call {
	t.Helper()
	c := &call{Cmd: exec.CommandContext(rig.Deadline(t), program, args...), report: filepath.Join(t.TempDir(), "report")}
	c.Env = append(d.environment(), standInMark+"="+c.report)
	c.Stdout, c.Stderr = &c.out, &c.err
	return c
}

func (d *desk) environment() []string {
	return []string{"PATH=" + d.bin + ":" + os.Getenv("PATH"), "HOME=" + d.home, "MULTIACCOUNT_DIR=" + d.dir, "TERM=dumb"}
}

// run calls a command to its end.
func (d *desk) run(t *testing.T, args ...string) *call {
	t.Helper()
	c := d.command(t, args...)
	_ = c.Run() // its status is looked at
	return c
}

func (c *call) status() int { return c.ProcessState.ExitCode() }

// saw is what the agent saw.
func (c *call) saw(t *testing.T) report {
	t.Helper()
	text, err := os.ReadFile(c.report)
	if err != nil {
		t.Fatalf("the program did not run: %v\n%s%s", err, &c.out, &c.err)
	}
	var r report
	rig.Must(t, json.Unmarshal(text, &r))
	return r
}

func (r report) env(name string) string {
	for _, pair := range r.Env {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// gateway is the process that serves the state directory; 0 when none does.
func (d *desk) gateway() int {
	for _, name := range []string{"gateway.json", "gateway-run.json"} {
		var place struct{ PID int }
		text, err := os.ReadFile(filepath.Join(d.dir, name))
		if err == nil && json.Unmarshal(text, &place) == nil && syscall.Kill(place.PID, 0) == nil {
			return place.PID
		}
	}
	return 0
}

// gone waits until no gateway serves any more. One that stays is killed.
func (d *desk) gone(t *testing.T) {
	t.Helper()
	defer func() {
		if pid := d.gateway(); pid != 0 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}()
	rig.Until(t, "the gateway's end", func() bool { return d.gateway() == 0 })
}
