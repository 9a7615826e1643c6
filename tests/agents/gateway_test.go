package agents_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// gatewayProcess is "multiaccount serve", as the user runs it.
type gatewayProcess struct {
	cmd  *exec.Cmd
	errs bytes.Buffer
	// Address is the base URL, Token the first client's.
	Address, Token string
}

func (p *place) startGateway(t *testing.T) *gatewayProcess {
	t.Helper()
	return p.serve(t, "127.0.0.1:0")
}

func (p *place) serve(t *testing.T, address string) *gatewayProcess {
	t.Helper()
	g := &gatewayProcess{cmd: exec.Command(p.Program, "serve", "--handshake", "--listen", address)}
	g.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.state, "MULTIACCOUNT_DIR=" + p.state}
	g.cmd.Stderr = &g.errs
	out, err := g.cmd.StdoutPipe()
	rig.Must(t, err)
	rig.Must(t, g.cmd.Start())
	t.Cleanup(func() {
		g.end()
		if t.Failed() && g.errs.Len() > 0 {
			t.Logf("the gateway: %s", g.errs.String())
		}
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, g)
	}
	if err != nil {
		t.Fatalf("%v: %q", err, line)
	}
	return g
}

// end ends the gateway, as a crash does.
func (g *gatewayProcess) end() {
	_ = g.cmd.Process.Kill() // it may have ended
	_ = g.cmd.Wait()
}

// restart ends the gateway as an upgrade does, and starts it at the same address. An
// agent that has started one itself does so again.
func (p *place) restart(t *testing.T) {
	t.Helper()
	if p.gate == nil {
		for _, id := range rig.Running(t, p.Program) {
			rig.Must(t, exec.Command("kill", id).Run())
		}
		rig.Ended(t, p.Program)
		return
	}
	token, address := p.gate.Token, p.gate.Address
	rig.Must(t, p.gate.cmd.Process.Signal(syscall.SIGTERM))
	_ = p.gate.cmd.Wait() // what it ended with is the gateway's own test
	p.gate = p.serve(t, strings.TrimPrefix(address, "http://"))
	p.gate.Token = token
}

// url is an address of the gateway's.
func (p *place) url(path string) string { return p.gate.Address + path }
