//go:build unix

package run_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/localgate"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// begin starts a command, and waits until its program is there.
func (c *call) begin(t *testing.T) *bufio.Reader {
	t.Helper()
	c.Stdout = nil
	out, err := c.StdoutPipe()
	rig.Must(t, err)
	rig.Start(t, c.Cmd)
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q, %v: %s", line, err, &c.err)
	}
	return lines
}

// All runs share one gateway, which goes on while one of them is left, however the
// others ended, and ends after the last one.
func TestRunsShareAGateway(t *testing.T) {
	d := newDesk(t)
	first, second := d.command(t, "run", "claude", "signal"), d.command(t, "run", "tool", "signal")
	first.begin(t)
	serving := d.gateway()
	second.begin(t)
	if serving == 0 || d.gateway() != serving {
		t.Errorf("two gateways: %d and %d", serving, d.gateway())
	}
	if one, other := first.saw(t).env("MULTIACCOUNT_GATEWAY_URL"), second.saw(t).env("MULTIACCOUNT_GATEWAY_URL"); one != other {
		t.Errorf("two addresses: %s and %s", one, other)
	}
	rig.Must(t, first.Process.Kill())
	_ = first.Wait()
	for range 2 * unusedSeconds { // longer than a gateway without users lives
		if got := d.run(t, "run", "claude", "ask"); !strings.HasPrefix(got.out.String(), "200 ") || d.gateway() != serving {
			t.Fatalf("gateway %d, answered %s%s", d.gateway(), &got.out, &got.err)
		}
	}
	rig.Must(t, second.Process.Kill())
	_ = second.Wait()
	d.gone(t)
	if again := d.run(t, "run", "claude", "ask"); !strings.HasPrefix(again.out.String(), "200 ") {
		t.Errorf("answered %s%s", &again.out, &again.err)
	}
}

// unusedSeconds is how long a gateway goes on without users.
const unusedSeconds = 3

// Runs that begin at the same time start one gateway.
func TestRunsThatBeginTogether(t *testing.T) {
	d := newDesk(t)
	var all sync.WaitGroup
	urls := make([]string, 8)
	for i := range urls {
		c := d.command(t, "run", []string{"claude", "tool"}[i%2], "ask")
		all.Go(func() {
			_ = c.Run()
			if text := c.out.String(); !strings.HasPrefix(text, "200 ") {
				t.Errorf("answered %s%s", text, &c.err)
				return
			}
			urls[i] = c.saw(t).env("MULTIACCOUNT_GATEWAY_URL")
		})
	}
	all.Wait()
	for _, url := range urls {
		if url != urls[0] {
			t.Errorf("several gateways: %v", urls)
			break
		}
	}
}

// A program that the agent has left behind keeps the gateway.
func TestRunWhoseProgramLeavesAnotherBehind(t *testing.T) {
	d := newDesk(t)
	release := filepath.Join(t.TempDir(), "release")
	rig.Must(t, syscall.Mkfifo(release, 0o600))
	c := d.command(t, "run", "sh", "-c", "cat "+release+" >/dev/null 2>&1 </dev/null & exit 5")
	if _ = c.Run(); c.status() != 5 {
		t.Fatalf("status %d: %s", c.status(), &c.err)
	}
	serving := d.gateway()
	for range 2 * unusedSeconds {
		if got := d.run(t, "run", "claude", "ask"); d.gateway() != serving {
			t.Fatalf("gateway %d, not %d: %s", d.gateway(), serving, &got.err)
		}
	}
	file, err := os.OpenFile(release, os.O_WRONLY, 0)
	rig.Must(t, err)
	rig.Must(t, file.Close())
	d.gone(t)
}

// A gateway that is killed is followed by another one, which programs that were told
// of the first one reach, too.
func TestRunAfterTheGatewayWasKilled(t *testing.T) {
	d := newDesk(t)
	first := d.command(t, "run", "claude", "signal")
	first.begin(t)
	killed := d.gateway()
	d.killGateway(t)
	got := d.run(t, "run", "claude", "ask")
	if !strings.HasPrefix(got.out.String(), "200 ") || d.gateway() == killed {
		t.Errorf("answered %s%s", &got.out, &got.err)
	}
	if was, is := first.saw(t).env("ANTHROPIC_BASE_URL"), got.saw(t).env("ANTHROPIC_BASE_URL"); was != is {
		t.Errorf("it was at %s, and is at %s", was, is)
	}
	rig.Must(t, first.Process.Kill())
	_ = first.Wait()
}

// killGateway returns when the gateway that was started for its users has no lock and
// no address any more.
func (d *desk) killGateway(t *testing.T) {
	t.Helper()
	p, _, err := localgate.Find(d.dir)
	rig.Must(t, err)
	rig.Must(t, syscall.Kill(p.PID, syscall.SIGKILL))
	hold, err := persistence.Take(rig.Deadline(t), filepath.Join(d.dir, "gateway-run.lock"))
	rig.Must(t, err)
	rig.Must(t, hold.Release())
	rig.Until(t, "the end of its listening", func() bool {
		listener, err := net.Listen("tcp", strings.TrimPrefix(p.Address, "http://"))
		return err == nil && listener.Close() == nil
	})
}

// A gateway that is started within another run is no user of itself, and keeps no pipe
// of that run's open.
func TestRunWithinARun(t *testing.T) {
	d := newDesk(t)
	goOn := filepath.Join(t.TempDir(), "go-on")
	rig.Must(t, syscall.Mkfifo(goOn, 0o600))
	c := d.command(t, "run", "sh", "-c", `echo ready; read go <"$1"; "$2" run claude exit=3 >&2`, "sh", goOn, program)
	pipe, end, err := os.Pipe()
	rig.Must(t, err)
	c.ExtraFiles = []*os.File{end}
	c.begin(t)
	rig.Must(t, end.Close())
	d.killGateway(t)
	rig.Must(t, os.WriteFile(goOn, []byte("\n"), 0))
	rig.Must(t, pipe.SetReadDeadline(time.Now().Add(time.Minute)))
	_, err = io.Copy(io.Discard, pipe) // ends when nobody has the other end
	rig.Must(t, errors.Join(err, pipe.Close()))
	if serving := d.gateway(); serving == 0 {
		t.Error("the gateway had the pipe, and is gone with it")
	}
	if _ = c.Wait(); c.status() != 3 {
		t.Errorf("status %d: %s", c.status(), &c.err)
	}
	d.gone(t)
}

// A serve that runs is used, also one that knew no such client when it started, and
// goes on afterwards.
func TestRunUsesServe(t *testing.T) {
	d := newDesk(t)
	d.run(t, "run", "claude", "exit=0") // whose client is none that anybody was told the token of
	d.gone(t)
	serve := d.command(t, "serve", "--listen", "127.0.0.1:0", "--handshake")
	serve.Stdout = nil
	out, err := serve.StdoutPipe()
	rig.Must(t, err)
	rig.Start(t, serve.Cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(line, `"token":"mag_`) {
		t.Errorf("%v: serve tells no token after a run: %s", err, line)
	}
	for range unusedSeconds + 1 {
		if got := d.run(t, "run", "claude", "ask"); !strings.HasPrefix(got.out.String(), "200 ") || d.gateway() != serve.Process.Pid {
			t.Errorf("gateway %d, answered %s%s", d.gateway(), &got.out, &got.err)
		}
	}
	rig.Must(t, serve.Process.Signal(syscall.SIGTERM))
	if err := serve.Wait(); err != nil {
		t.Errorf("serve ended with %v: %s", err, &serve.err)
	}
}

// No token is in the arguments of any process, nor in the log.
func TestRunShowsNoToken(t *testing.T) {
	d := newDesk(t)
	c := d.command(t, "run", "claude", "signal")
	c.begin(t)
	token := c.saw(t).env("MULTIACCOUNT_GATEWAY_TOKEN")
	if token == "" {
		t.Fatal("there is no token")
	}
	for _, path := range []string{fmt.Sprintf("/proc/%d/cmdline", d.gateway()), fmt.Sprintf("/proc/%d/cmdline", c.Process.Pid), filepath.Join(d.dir, "gateway.log"), filepath.Join(d.dir, "gateway-run.json")} {
		if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), token) {
			t.Errorf("%s has the token", path)
		}
	}
	for _, path := range files(t, d.dir) {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
	}
	rig.Must(t, c.Process.Kill())
	_ = c.Wait()
}
