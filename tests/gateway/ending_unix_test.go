//go:build unix

package gateway_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// greeting is what a program reads that started serve.
type greeting struct {
	Address, Token, Metrics, Pprof string
	PID                            int
}

// greeted starts serve for a program, and returns its standard input.
func (h home) greeted(t *testing.T, args ...string) (process, greeting, io.Closer) {
	t.Helper()
	p := process{cmd: h.command(rig.Deadline(t), append([]string{"--listen", "127.0.0.1:0", "--handshake"}, args...)...)}
	in, err := p.cmd.StdinPipe()
	rig.Must(t, err)
	out, err := p.cmd.StdoutPipe()
	rig.Must(t, err)
	rig.Start(t, p.cmd)
	p.lines = bufio.NewReader(out)
	line, err := p.lines.ReadBytes('\n')
	rig.Must(t, err)
	var hello greeting
	rig.Must(t, json.Unmarshal(line, &hello))
	own := &http.Transport{}
	t.Cleanup(own.CloseIdleConnections)
	p.url, p.token, p.client = hello.Address, hello.Token, &http.Client{Transport: own}
	return p, hello, in
}

// ends waits for a serve that is to end by itself, in good order.
func (p process) ends(t *testing.T) {
	t.Helper()
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// A program that starts serve reads one line, and ends it by its standard input.
func TestServeForAProgram(t *testing.T) {
	h := newHome(t)
	p, hello, in := h.greeted(t, "--stdin-exit")
	if hello.PID != p.cmd.Process.Pid || !strings.HasPrefix(hello.Token, "mag_") {
		t.Errorf("it says %d and a token of %d characters", hello.PID, len(hello.Token))
	}
	if a := p.ask(t); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	rig.Must(t, in.Close())
	p.ends(t)
	again, hello, in := h.greeted(t, "--stdin-exit")
	if hello.Token != "" {
		t.Error("the token is told twice")
	}
	rig.Must(t, in.Close())
	again.ends(t)
}

// It ends with the process that it is there for.
func TestServeEndsWithItsParent(t *testing.T) {
	h := newHome(t)
	parent := exec.CommandContext(t.Context(), "sleep", "600")
	rig.Start(t, parent)
	p, _, _ := h.greeted(t, "--parent-pid", strconv.Itoa(parent.Process.Pid))
	if a := p.ask(t); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	rig.Must(t, parent.Process.Kill())
	_ = parent.Wait()
	p.ends(t)
	late, _, _ := h.greeted(t, "--parent-pid", strconv.Itoa(parent.Process.Pid))
	late.ends(t)
}

// It ends when nobody has asked for a while, and not during a request.
func TestServeEndsWhenIdle(t *testing.T) {
	h := newHome(t)
	p, _, _ := h.greeted(t, "--idle-exit", "300ms")
	gate := providertest.NewGate()
	h.account.Next(providertest.PausedBody(gate))
	resp := p.begin(t, t.Context(), ask("/anthropic/v1/messages", `{"stream":true,`+messagesBody[1:], "Authorization", "Bearer "+p.token))
	rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	time.Sleep(time.Second) // longer than it may be idle
	gate.Release()
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || !strings.Contains(string(body), "message_stop") {
		t.Errorf("the stream ended with %v: %q", err, body)
	}
	p.ends(t)
}

func TestServeRefusesOddEndings(t *testing.T) {
	h := newHome(t)
	h.refuses(t, 2, "--idle-exit is a length of time", "--idle-exit", "-1s")
	h.refuses(t, 2, "--parent-pid is the number of a process", "--parent-pid", "-1")
}
