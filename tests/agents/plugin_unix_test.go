//go:build unix

package agents_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// TestPluggedOpenCode is what the plugin does in OpenCode beyond the rules.
func TestPluggedOpenCode(t *testing.T) {
	t.Parallel()
	prepared(t)
	for name, check := range map[string]func(*testing.T){
		"its own login is linked": linksOwnLogin, "a login adds an account": addsByLogin,
		"killed, it leaves no gateway": leavesNothing, "its command shows the accounts": showsAccounts,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t)
		})
	}
}

// withoutAccounts is the agent with an empty pool.
func withoutAccounts(a agent) agent {
	full := a.provider
	a.provider = func(t *testing.T, m *mind) provider { return emptyPool{full(t, m).(*logins)} }
	return a
}

// openCode runs it with other arguments than those of a prompt.
func (p *place) openCode(t *testing.T, args ...string) run {
	t.Helper()
	_, env := p.mind.agent.setUp(t, p, false)
	return p.start(t, append([]string{p.path(t)}, args...), env)()
}

type emptyPool struct{ *logins }

func (emptyPool) accounts() []multiaccount.NewAccount { return nil }

// OpenCode has a ChatGPT login of its own, whose requests it would send past any base
// URL. They go through the gateway, and the login is only linked.
func linksOwnLogin(t *testing.T) {
	p := newPlace(t, withoutAccounts(pluggedOpenAI()))
	own := p.provider.(emptyPool).owners["spare"]
	text, err := json.Marshal(map[string]any{"openai": map[string]any{
		"type": "oauth", "access": own.AccessToken(), "refresh": own.RefreshToken(), "expires": own.ExpiresAt().UnixMilli(),
	}})
	rig.Must(t, err)
	p.write(t, ".local/share/opencode/auth.json", string(text))
	p.openCode(t, "run", "-m", "openai/gpt-5.5", "Who are you?").says(t, "Served by spare")
	if list := p.manage(t, "accounts", "list", "--json"); !strings.Contains(list, `"linked_to"`) {
		t.Errorf("the accounts are %s", list)
	}
}

var addressIn = regexp.MustCompile(`http://\S+`)

// A login through OpenCode's own command adds an account.
func addsByLogin(t *testing.T) {
	p := newPlace(t, withoutAccounts(pluggedAnthropic()))
	p.provider.(emptyPool).owners["spare"].Approve()
	_, env := p.mind.agent.setUp(t, p, false)
	cmd := p.process(t.Context(), []string{p.path(t), "auth", "login", "--provider", "anthropic", "--method", "Claude account, with the browser of this machine"}, env)
	out, err := cmd.StdoutPipe()
	rig.Must(t, err)
	cmd.Stderr = cmd.Stdout
	rig.Must(t, cmd.Start())
	said := ""
	for lines := bufio.NewScanner(out); lines.Scan(); said += lines.Text() + "\n" {
		if address := addressIn.FindString(lines.Text()); address != "" {
			visit(t, address)
		}
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(p.manage(t, "accounts", "list", "--json"), "spare@example.com") {
		t.Errorf("%v: %s", err, said)
	}
	p.ask(t, "Who are you?").says(t, "Served by spare")
}

// visit is what the browser does.
func visit(t *testing.T, address string) {
	t.Helper()
	own := &http.Transport{}
	defer own.CloseIdleConnections()
	resp, err := (&http.Client{Transport: own}).Get(address)
	rig.Must(t, err)
	rig.Must(t, resp.Body.Close())
}

// An OpenCode that is killed leaves no gateway behind.
func leavesNothing(t *testing.T) {
	p := newPlace(t, pluggedAnthropic())
	gate := providertest.NewGate()
	p.provider.(*logins).owners["work"].Next(providertest.OK().Behind(gate))
	args, env := p.mind.agent.setUp(t, p, false)
	cmd := p.process(t.Context(), append(append([]string{p.path(t)}, args...), "Who are you?"), env)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	rig.Must(t, cmd.Start())
	rig.Must(t, gate.Wait(longDeadline(t), 1))
	if n := len(rig.Running(t, p.Program)); n != 1 {
		t.Errorf("%d gateways run", n)
	}
	rig.Must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	gate.Release()
	rig.Ended(t, p.Program)
}

// The command has the model say what "multiaccount status" prints.
func showsAccounts(t *testing.T) {
	p := newPlace(t, pluggedAnthropic())
	p.openCode(t, "run", "--command", "multiaccount").says(t, "")
	for _, heard := range p.mind.heard {
		if strings.Contains(string(heard[0]), "spare") {
			return
		}
	}
	t.Error("the model was told of no account")
}
