//go:build unix

package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/localgate"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// crowd asks again and again, on connections that stay and on new ones, until it is
// stopped. Nobody in it is to be refused.
type crowd struct {
	cancel context.CancelFunc
	done   sync.WaitGroup
	mu     sync.Mutex
	asked  int
	errs   []error
}

func newCrowd(t *testing.T, p process) *crowd {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	c := &crowd{cancel: cancel}
	for i := range 4 {
		own := &http.Transport{DisableKeepAlives: i%2 == 1}
		c.done.Go(func() {
			defer own.CloseIdleConnections()
			for ctx.Err() == nil {
				c.note(ctx, p.askOnce(ctx, &http.Client{Transport: own}))
			}
		})
	}
	return c
}

func (p process) askOnce(ctx context.Context, client *http.Client) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/anthropic/v1/messages", strings.NewReader(messagesBody))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	req.GetBody = nil // nothing is sent again unseen
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("HTTP %d %s", resp.StatusCode, text))
	}
	return err
}

func (c *crowd) note(ctx context.Context, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	if err != nil && ctx.Err() == nil {
		c.errs = append(c.errs, err)
	}
}

// more waits until so many more were answered.
func (c *crowd) more(t *testing.T, n int) {
	t.Helper()
	c.mu.Lock()
	want := c.asked + n
	c.mu.Unlock()
	rig.Until(t, "more requests", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.asked >= want
	})
}

// stop ends it, and says who was refused.
func (c *crowd) stop(t *testing.T) {
	t.Helper()
	c.cancel()
	c.done.Wait()
	if len(c.errs) > 0 {
		t.Errorf("%d of %d were refused, the first with: %v", len(c.errs), c.asked, c.errs[0])
	}
}

// An upgrade refuses nobody: the new serve has the old one's sockets, and the old one
// finishes what it has begun.
func TestServeIsReplaced(t *testing.T) {
	h := newHome(t)
	path := filepath.Join(h.dir, "s")
	old := h.start(t, "--unix", path)
	gate := providertest.NewGate()
	h.account.Next(providertest.PausedBody(gate))
	stream := old.begin(t, t.Context(), ask("/anthropic/v1/messages", `{"stream":true,`+messagesBody[1:], "Authorization", "Bearer "+old.token))
	rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	c := newCrowd(t, old)
	c.more(t, 50)
	var middle process
	for i := range 3 {
		next := h.startAt(t, old.address, "--replace", "--unix", path)
		if i > 0 {
			middle.ends(t)
		}
		middle = next
		c.more(t, 50)
	}
	gate.Release()
	body, err := io.ReadAll(stream.Body)
	_ = stream.Body.Close()
	if err != nil || !strings.Contains(string(body), "message_stop") {
		t.Errorf("the stream of before ended with %v: %q", err, body)
	}
	old.ends(t)
	c.more(t, 50)
	c.stop(t)
	if place, ok, err := localgate.Find(h.dir); err != nil || !ok || place.PID != middle.cmd.Process.Pid {
		t.Errorf("programs on this machine find %+v, %v", place, err)
	}
	middle.dialed(t, "unix", path, nil)
	middle.url, middle.token = "http://localhost", old.token
	if a := middle.ask(t); a.status != http.StatusOK {
		t.Errorf("on the Unix socket: HTTP %d %s", a.status, a.body)
	}
	if !strings.Contains(old.errs.String(), "Another serve has taken over") {
		t.Errorf("the old one said %q", old.errs)
	}
	middle.end(t)
	for _, left := range []string{path, "serve-*.sock"} {
		if found, _ := filepath.Glob(filepath.Join(h.dir, filepath.Base(left))); len(found) > 0 {
			t.Errorf("%v is left", found)
		}
	}
}

// A new serve that cannot serve changes nothing.
func TestServeIsNotReplacedInVain(t *testing.T) {
	h := newHome(t)
	path := filepath.Join(h.dir, "s")
	p := h.start(t, "--unix", path)
	file := filepath.Join(h.dir, "settings.jsonc")
	good, err := os.ReadFile(file)
	rig.Must(t, err)
	rig.Must(t, os.WriteFile(file, []byte("{"), 0o600))
	h.refuses(t, 1, "settings.jsonc", "--listen", p.address, "--unix", path, "--replace")
	rig.Must(t, os.WriteFile(file, good, 0o600))
	if a := p.ask(t); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	p.end(t)
}

// Without a serve to replace it starts as usual, and what is no serve is told.
func TestServeReplacesNobody(t *testing.T) {
	h := newHome(t)
	p := h.start(t, "--replace")
	h.refuses(t, 1, fmt.Sprintf("(process %d); take over from it with --replace", p.cmd.Process.Pid), "--listen", p.address)
	p.end(t)
	other, err := net.Listen("tcp", "127.0.0.1:0")
	rig.Must(t, err)
	h.refuses(t, 1, "is in use", "--listen", other.Addr().String(), "--replace")
	rig.Must(t, other.Close())
}

// manager is a service manager that has opened the socket and hears how it goes.
type manager struct {
	listener *net.TCPListener
	heard    *net.UnixConn
}

func newManager(t *testing.T, address string) manager {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	rig.Must(t, err)
	heard, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "n"), Net: "unixgram"})
	rig.Must(t, err)
	t.Cleanup(func() { _, _ = listener.Close(), heard.Close() })
	return manager{listener.(*net.TCPListener), heard}
}

// start starts serve as a service manager does: the shell's number is the program's.
func (m manager) start(t *testing.T, h home, args ...string) process {
	t.Helper()
	file, err := m.listener.File()
	rig.Must(t, err)
	defer file.Close() //nolint:errcheck // the child has it
	direct := h.command(t.Context(), args...)
	h.program = "/bin/sh"
	p := process{cmd: h.command(t.Context())}
	p.cmd.Args = append([]string{"/bin/sh", "-c", `LISTEN_PID=$$ exec "$0" "$@"`}, direct.Args...)
	p.cmd.Env = append(p.cmd.Env, "LISTEN_FDS=1", "LISTEN_FDNAMES=gateway", "NOTIFY_SOCKET="+m.heard.LocalAddr().String())
	p.cmd.ExtraFiles = []*os.File{file}
	return h.await(t, p)
}

func (m manager) hears(t *testing.T, want string) {
	t.Helper()
	text := make([]byte, 1000)
	rig.Must(t, m.heard.SetReadDeadline(time.Now().Add(rig.Patience)))
	n, err := m.heard.Read(text)
	if got := string(text[:n]); err != nil || !strings.HasPrefix(got, want) {
		t.Errorf("heard %q, %v; want %q", got, err, want)
	}
}

// systemd opens the socket and keeps it: a restart refuses nobody.
func TestServeOnActivation(t *testing.T) {
	h := newHome(t)
	m := newManager(t, "127.0.0.1:0")
	p := m.start(t, h)
	if p.address != m.listener.Addr().String() {
		t.Errorf("it serves on %s", p.address)
	}
	m.hears(t, "READY=1")
	if a := p.ask(t); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	rig.Must(t, p.cmd.Process.Signal(syscall.SIGTERM))
	p.ends(t)
	m.hears(t, "STOPPING=1")
	early := make(chan error, 1)
	go func() {
		early <- p.askOnce(t.Context(), &http.Client{Transport: &http.Transport{DisableKeepAlives: true}})
	}()
	again := m.start(t, h)
	if err := <-early; err != nil {
		t.Errorf("who asked between two serves: %v", err)
	}
	again.end(t)
}

func TestServeRefusesActivationOfAll(t *testing.T) {
	h := newHome(t)
	m := newManager(t, "0.0.0.0:0")
	file, err := m.listener.File()
	rig.Must(t, err)
	defer file.Close() //nolint:errcheck // the child has it
	cmd := h.command(rig.Deadline(t))
	cmd.Path, cmd.Args = "/bin/sh", append([]string{"/bin/sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"`}, cmd.Args...)
	cmd.ExtraFiles = []*os.File{file}
	text, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(text), "systemd's socket [::]:"+strconv.Itoa(m.listener.Addr().(*net.TCPAddr).Port)+" is not on the loopback interface alone") {
		t.Errorf("%v: %s", err, text)
	}
}
