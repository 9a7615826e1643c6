//go:build unix

package gateway_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// program is the command, which the first test that needs it builds.
var program = sync.OnceValues(func() (string, error) { return rig.BuildCommand(shared) })

// home is a state directory with an account of the fake provider.
type home struct {
	program, dir string
	srv          *providertest.Server
	account      *providertest.AccountHandle
	// environment is what serve has besides the test's own.
	environment []string
}

// Its tests run side by side, since they wait for processes most of the time.
func newHome(t *testing.T) home {
	t.Helper()
	t.Parallel()
	path, err := program()
	rig.Must(t, err)
	h := home{program: path, dir: t.TempDir(), srv: rig.Server(t)}
	h.account = h.srv.AddAccount(providertest.Account{Email: "work@example.com"})
	at := h.srv.Endpoints(providertest.Anthropic)
	settings := fmt.Sprintf(`{"providers": {"anthropic": {"base_url": %q, "token_url": %q}}}`, at.BaseURL, at.TokenURL)
	rig.Must(t, os.WriteFile(filepath.Join(h.dir, "settings.jsonc"), []byte(settings), 0o600))
	eng := rig.Open(t, multiaccount.Config{Dir: h.dir, Providers: rig.Providers(h.srv)})
	rig.Add(t, rig.Pool(t, eng, "anthropic"), rig.OAuth(h.account))
	rig.Close(t, eng)
	return h
}

// process is one serve.
type process struct {
	gate
	cmd   *exec.Cmd
	token string
	// address is the host and port that it prints.
	address string
	errs    *bytes.Buffer
	// lines are what it prints after the line of --handshake.
	lines *bufio.Reader
}

func (h home) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, h.program, append([]string{"serve"}, args...)...)
	cmd.Env = append(append(os.Environ(), "MULTIACCOUNT_DIR="+h.dir), h.environment...)
	return cmd
}

// start starts serve and waits until it serves.
func (h home) start(t *testing.T, args ...string) process {
	t.Helper()
	return h.startAt(t, "127.0.0.1:0", args...)
}

func (h home) startAt(t *testing.T, address string, args ...string) process {
	t.Helper()
	return h.await(t, process{cmd: h.command(t.Context(), append([]string{"--listen", address}, args...)...)})
}

// await starts a process, and waits until it serves.
func (h home) await(t *testing.T, p process) process {
	t.Helper()
	p.errs = &bytes.Buffer{}
	return h.awaitTelling(t, p, p.errs)
}

func (h home) awaitTelling(t *testing.T, p process, said io.Writer) process {
	t.Helper()
	p.cmd.Stderr = said
	out, err := p.cmd.StdoutPipe()
	rig.Must(t, err)
	rig.Start(t, p.cmd)
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if err != nil {
		_ = p.cmd.Wait()
		t.Fatalf("no line but %q, and %s", first, said)
	}
	p.url = regexp.MustCompile(`https?://[][0-9.:]+\d`).FindString(first)
	_, p.address, _ = strings.Cut(p.url, "://")
	own := &http.Transport{}
	t.Cleanup(own.CloseIdleConnections)
	p.client = &http.Client{Transport: own}
	if _, err := os.Stat(filepath.Join(h.dir, "told")); err != nil {
		_, _ = lines.ReadString('\n')
		p.token, err = lines.ReadString('\n')
		rig.Must(t, errors.Join(err, os.WriteFile(filepath.Join(h.dir, "told"), []byte(p.token), 0o600)))
	} else {
		told, err := os.ReadFile(filepath.Join(h.dir, "told"))
		rig.Must(t, err)
		p.token = string(told)
	}
	p.token = strings.TrimSpace(p.token)
	return p
}

func (p process) ask(t *testing.T) answer {
	t.Helper()
	return p.send(t, ask("/anthropic/v1/messages", messagesBody, "Authorization", "Bearer "+p.token))
}

func (p process) end(t *testing.T) {
	t.Helper()
	rig.Must(t, p.cmd.Process.Signal(syscall.SIGTERM))
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("ended with %v: %s", err, p.errs)
	}
}

// The first start makes a token, which is stored as a hash and holds on.
func TestServe(t *testing.T) {
	h := newHome(t)
	first := h.start(t)
	if !strings.HasPrefix(first.token, "mag_") || len(first.token) < 40 {
		t.Fatalf("the token is %q", first.token)
	}
	if a := first.ask(t); a.status != http.StatusOK || !strings.Contains(a.body, "work@example.com") {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	first.end(t)
	again := h.start(t)
	if a := again.ask(t); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	again.end(t)
	file := filepath.Join(h.dir, "clients.json")
	stored, err := os.ReadFile(file)
	rig.Must(t, err)
	info, err := os.Stat(file)
	rig.Must(t, err)
	if bytes.Contains(stored, []byte(first.token[4:])) || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v: %s", info.Mode(), stored)
	}
}

// At the end requests under way are finished, and new ones are told to ask again.
func TestServeDrains(t *testing.T) {
	h := newHome(t)
	p := h.start(t)
	gate := providertest.NewGate()
	h.account.Next(providertest.PausedBody(gate))
	resp := p.begin(t, t.Context(), ask("/anthropic/v1/messages", `{"stream":true,`+messagesBody[1:], "Authorization", "Bearer "+p.token))
	rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	rig.Must(t, p.cmd.Process.Signal(syscall.SIGTERM))
	var refused answer
	rig.Until(t, "the signal's arrival", func() bool {
		refused = p.ask(t)
		return refused.status == http.StatusServiceUnavailable
	})
	if refused.header.Get("Retry-After") == "" {
		t.Errorf("no retry-after: %v", refused.header)
	}
	gate.Release()
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || !strings.Contains(string(body), "message_stop") {
		t.Errorf("the stream ended with %v: %q", err, body)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("ended with %v: %s", err, p.errs)
	}
}

// A second signal ends it at once, and so does the end of its patience.
func TestServeDoesNotWaitForEver(t *testing.T) { //nolint:tparallel // its cases share an account
	h := newHome(t)
	for name, test := range map[string]struct {
		args   []string
		signal bool
	}{"a second signal": {nil, true}, "its patience": {[]string{"--drain-timeout", "100ms"}, false}} {
		t.Run(name, func(t *testing.T) {
			p := h.start(t, test.args...)
			h.account.Next(providertest.Hang())
			calls := len(h.srv.Calls())
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/anthropic/v1/messages", strings.NewReader(messagesBody))
				req.Header = ask("", "", "Authorization", "Bearer "+p.token).header
				if resp, err := p.client.Do(req); err == nil {
					_ = resp.Body.Close()
				}
			}()
			rig.Must(t, h.srv.WaitCalls(rig.Deadline(t), calls+1))
			began := time.Now()
			rig.Must(t, p.cmd.Process.Signal(syscall.SIGTERM))
			ended := make(chan error)
			go func() { ended <- p.cmd.Wait() }()
			if err := awaitEnd(p, ended, test.signal); err == nil {
				t.Error("it ended as if nothing was cut")
			}
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("it took %v", took)
			}
			<-gone
		})
	}
}

// awaitEnd sends the signal again and again, where that is wanted: one that comes
// too soon after the first is the first.
func awaitEnd(p process, ended <-chan error, again bool) error {
	for {
		select {
		case err := <-ended:
			return err
		case <-time.After(20 * time.Millisecond):
			if again {
				_ = p.cmd.Process.Signal(syscall.SIGTERM)
			}
		}
	}
}

// What keeps it from serving is told in one line that says what to do.
func TestServeCannot(t *testing.T) { //nolint:tparallel // its cases share a serve
	h := newHome(t)
	p := h.start(t)
	busy := strings.TrimPrefix(p.url, "http://")
	for name, test := range map[string]struct {
		args   []string
		spoil  func()
		status int
		says   string
	}{
		"a port in use":      {[]string{"--listen", busy}, nil, 1, fmt.Sprintf(`%s is in use by another "multiaccount serve" (process %d); take over from it with --replace, stop it, or listen elsewhere with --listen`, busy, p.cmd.Process.Pid)},
		"another interface":  {[]string{"--listen", "0.0.0.0:0"}, nil, 2, "is not on the loopback interface alone"},
		"no interface":       {[]string{"--listen", ":0"}, nil, 2, "is not on the loopback interface"},
		"no address":         {[]string{"--listen", "8080"}, nil, 2, "write it as 127.0.0.1:8383"},
		"a file of nonsense": {[]string{"--listen", "127.0.0.1:0"}, func() { rig.Must(t, os.WriteFile(filepath.Join(h.dir, "clients.json"), []byte("{"), 0o600)) }, 1, "mend it, or move it away, and the next start makes a new token"},
	} {
		t.Run(name, func(t *testing.T) {
			if test.spoil != nil {
				test.spoil()
			}
			cmd := h.command(rig.Deadline(t), test.args...)
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			_ = cmd.Run()
			if cmd.ProcessState.ExitCode() != test.status || !strings.Contains(errs.String(), test.says) || strings.Count(errs.String(), "\n") != 1 || out.Len() > 0 {
				t.Errorf("status %d, %q and %q", cmd.ProcessState.ExitCode(), errs.String(), out.String())
			}
		})
	}
	p.end(t)
}

// What is used is recorded, also when serve is killed a moment later, and shown by
// the accounts' names. A file that cannot be used stops nobody.
func TestServeRecordsUsage(t *testing.T) {
	h := newHome(t)
	p := h.start(t)
	if a := p.send(t, ask("/anthropic/v1/messages", `{"stream":true,`+messagesBody[1:], "Authorization", "Bearer "+p.token)); a.status != http.StatusOK {
		t.Fatalf("HTTP %d %s", a.status, a.body)
	}
	show := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), h.program, append([]string{"usage"}, args...)...)
		cmd.Env = append(os.Environ(), "MULTIACCOUNT_DIR="+h.dir)
		text, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("usage ended with %v: %s", err, text)
		}
		return string(text)
	}
	rig.Until(t, "the batch in the file", func() bool { return strings.Contains(show("--by", "client"), "default") })
	rig.Must(t, p.cmd.Process.Kill())
	_ = p.cmd.Wait()
	if got := show("--by", "account"); !strings.Contains(got, "work@example.com") || !strings.Contains(got, " 10 ") {
		t.Errorf("recorded %s", got)
	}
	rig.Must(t, os.Remove(filepath.Join(h.dir, "usage.db-wal"))) // SQLite would mend the file with it
	rig.Must(t, os.WriteFile(filepath.Join(h.dir, "usage.db"), bytes.Repeat([]byte("no database\n"), 500), 0o600))
	token := h.adminToken(t)
	p = h.start(t)
	if a := p.send(t, manage("GET", "/health", token)); a.status != http.StatusOK || !strings.Contains(a.body, `"recording":false`) {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	if a := p.send(t, manage("GET", "/usage", token)); a.status == http.StatusOK || !strings.Contains(a.body, "move it away") {
		t.Errorf("the figures of no database: HTTP %d %s", a.status, a.body)
	}
	if a := p.ask(t); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	p.end(t)
	if !strings.Contains(p.errs.String(), "not recorded") {
		t.Errorf("said %q", p.errs)
	}
}
