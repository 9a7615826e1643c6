package agents_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// rule is a row of the page: what an agent does in a place.
type rule struct {
	name  string
	check func(*testing.T, *place)
	// lacks says why an agent is not put to it, and is empty for one that is; nil
	// for all that are.
	lacks func(agent) string
}

// without says why an agent is not put to the rule; empty for one that is.
func (r rule) without(a agent) string {
	if r.lacks == nil {
		return ""
	}
	return r.lacks(a)
}

func rules() []rule {
	return []rule{
		{name: "a question is answered, by a stream; two at once: each stays on its account", check: runTwo},
		{name: "a tool runs, and its result reaches the same account", check: usesTool},
		{name: "one account limited: another serves, unseen", check: hidesLimit},
		{name: "one login expired: it is refreshed and serves", check: refreshes, lacks: lacksLogins},
		{name: "one login or key revoked: another account serves, unseen", check: hidesRevoked},
		{name: "a limit between tool and result: the session goes on with another account", check: movesMidway},
		{name: "all accounts limited: it stops within 5 s, with our message", check: stops},
		{name: "all logins or keys revoked: it stops within 5 s, with our message", check: stopsWithoutLogin},
		{name: "the gateway is started anew while a tool runs: the session goes on", check: survivesRestart},
		{name: "another account comes into use while a tool runs: the session, and what the agent asks for itself, stay", check: stays, lacks: lacksDoor},
		{name: "the conversation is compacted by the account that has it", check: compactsItself},
		{name: "ten sub-agents at once: each stays on an account, and moves once when that is limited", check: staysWhole, lacks: lacksAgents},
		{name: "ten sub-agents in the background: the same", check: staysWholeBehind, lacks: lacksBackground},
		{name: "`multiaccount run` starts it with a gateway of its own, past a proxy: a tool runs, on one account", check: runsWrapped, lacks: lacksCommand},
		{name: "`multiaccount setup` has set it up: a tool runs, on one account", check: runsSetUp, lacks: lacksSetup},
		{name: "it is logged in itself: with `multiaccount run` the accounts serve all the same", check: prefersAccounts, lacks: lacksCommand},
	}
}

func usesTool(t *testing.T, p *place) {
	p.ask(t, useTool).says(t, "Finished by work")
	by(t, "work", 2, p.mind.of(calls, follows))
	p.made(t)
}

func hidesLimit(t *testing.T, p *place) {
	p.provider.limit("work")
	p.ask(t, "Who are you?").says(t, "Served by spare")
}

func refreshes(t *testing.T, p *place) {
	l := p.provider.(*logins)
	l.owners["work"].Expire()
	p.ask(t, "Who are you?").says(t, "Served by work")
	if n := l.Stats().RefreshesByAccount["work"]; n != 1 {
		t.Errorf("%d refreshes", n)
	}
}

func hidesRevoked(t *testing.T, p *place) {
	p.provider.revoke("work")
	p.ask(t, "Who are you?").says(t, "Served by spare")
}

// movesMidway limits the account as it answers with the call of a tool.
func movesMidway(t *testing.T, p *place) {
	p.mind.before = func(k kind, account string) {
		if k == calls {
			p.provider.limit(account)
		}
	}
	p.ask(t, useTool).says(t, "Finished by spare")
	by(t, "work", 1, p.mind.of(calls))
	by(t, "spare", 1, p.mind.of(follows))
	p.made(t)
	for _, one := range p.mind.of(calls, follows) {
		if one.webSocket != p.mind.agent.sockets {
			t.Errorf("on a WebSocket: %v, %+v", one.webSocket, one)
		}
	}
}

func stops(t *testing.T, p *place) {
	p.provider.limit("work")
	p.provider.limit("spare")
	p.stopped(t, p.ask(t, "Who are you?"), fmt.Sprintf("All %s accounts are limited", p.mind.agent.pool))
}

func stopsWithoutLogin(t *testing.T, p *place) {
	p.provider.revoke("work")
	p.provider.revoke("spare")
	p.stopped(t, p.ask(t, "Who are you?"), "multiaccount login "+p.mind.agent.pool)
}

// survivesRestart has the agent's tool wait while the gateway is started anew.
func survivesRestart(t *testing.T, p *place) {
	goOn := filepath.Join(p.folder, "go-on")
	p.mind.command = "touch tool-runs; until test -e go-on || test ! -e tool-runs; do sleep 0.1; done; " + p.mind.command
	ask := p.command(t, useTool)
	ended := make(chan run, 1)
	go func() { ended <- ask() }()
	p.await(t, "tool-runs")
	p.restart(t)
	rig.Must(t, os.WriteFile(goOn, nil, 0o600))
	(<-ended).says(t, "Finished by work")
	by(t, "work", 2, p.mind.of(calls, follows))
}

// runTwo asks a question, and then runs two sessions at the same time, each with a
// tool. The question makes the agent's own data as well: two first starts of OpenCode
// at once fail over its database.
func runTwo(t *testing.T, p *place) {
	p.ask(t, "Who are you?").says(t, "Served by work")
	by(t, "work", 1, p.mind.of(plain))
	ask := p.command(t, useTool)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { ask().says(t, "Finished by") })
	}
	both.Wait()
	accounts := map[string]string{}
	for _, one := range p.mind.of(calls, follows) {
		if was := accounts[one.conversation]; was != "" && was != one.account {
			t.Errorf("a session was served by %s and %s", was, one.account)
		}
		accounts[one.conversation] = one.account
	}
	want := 2
	if p.mind.agent.unnamed {
		want = 1
	}
	if len(accounts) != want {
		t.Errorf("sessions by account: %v", accounts)
	}
}

// runsSetUp has "multiaccount setup" write the agent's settings, and then calls the
// agent itself.
func runsSetUp(t *testing.T, p *place) {
	args, env := p.mind.agent.setUp(t, p, true)
	path := p.path(t)
	p.start(t, []string{p.Program, "setup", p.mind.agent.program}, []string{"MULTIACCOUNT_DIR=" + p.state})().says(t, "")
	p.start(t, append([]string{path}, append(args, useTool)...), env)().says(t, "Finished by work")
	by(t, "work", 2, p.mind.of(calls, follows))
	p.made(t)
}

// says fails the test unless the agent has ended well and shown a text.
func (r run) says(t *testing.T, text string) {
	t.Helper()
	if r.status != 0 || !strings.Contains(r.out, text) {
		t.Errorf("it ended with status %d after %v and says no %q:\n%s", r.status, r.took, text, r.out)
	}
}

// quick is how soon an agent has to stop once the provider has refused everybody; on
// a busy machine, twice what it took to get there.
const quick = 5 * time.Second

func (r run) stopsBy(refused time.Time) time.Time {
	return refused.Add(max(quick, 2*refused.Sub(r.ended.Add(-r.took))))
}

// stopped fails the test unless the agent has shown a text and soon ended by itself.
func (p *place) stopped(t *testing.T, r run, text string) {
	t.Helper()
	refused := p.provider.lastAsked()
	if refused.IsZero() {
		t.Fatalf("nobody was asked:\n%s", r.out)
	}
	if r.status < 0 || !strings.Contains(r.out, text) || r.ended.After(r.stopsBy(refused)) {
		t.Errorf("it ended with status %d, %v after it was refused, and says no %q:\n%s", r.status, r.ended.Sub(refused), text, r.out)
	}
}

// by fails the test unless these turns were served by one account, and there are n.
func by(t *testing.T, account string, n int, turns []turn) {
	t.Helper()
	for _, one := range turns {
		if one.account != account {
			t.Errorf("%s was asked: %+v", one.account, turns)
			return
		}
	}
	if len(turns) != n {
		t.Errorf("%d turns, want %d: %+v", len(turns), n, turns)
	}
}

// runsWrapped has "multiaccount run" start the agent, and a gateway, since none
// runs. The machine has a proxy, which nobody may ask for the gateway.
func runsWrapped(t *testing.T, p *place) {
	if p.gate != nil {
		p.gate.end()
	}
	args, env := p.mind.agent.setUp(t, p, true)
	p.path(t)
	env = append(env, "MULTIACCOUNT_DIR="+p.state, "HTTP_PROXY=http://127.0.0.1:9", "HTTPS_PROXY=http://127.0.0.1:9")
	p.start(t, append([]string{p.Program, "run", p.mind.agent.program, "--"}, append(args, useTool)...), env)().says(t, "Finished by work")
	by(t, "work", 2, p.mind.of(calls, follows))
	p.made(t)
}
