package agents_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// rule is a row of the page: what an agent does in a place.
type rule struct {
	name  string
	check func(*testing.T, *place)
	// only is for which agents it has a meaning; nil for all.
	only func(agent) bool
}

// The rules that Gemini CLI is put to, too.
const (
	ruleAnswers = "a question is answered, by a stream"
	ruleTool    = "a tool runs, and its result reaches the same account"
	ruleLimit   = "one account limited: another serves, unseen"
	ruleMidway  = "a limit between tool and result: the session goes on with another account"
	ruleStops   = "all accounts limited: it stops within 5 s, with our message"
)

func rules() []rule {
	return []rule{
		{name: ruleAnswers, check: answers},
		{name: ruleTool, check: usesTool},
		{name: ruleLimit, check: hidesLimit},
		{name: "one login expired: it is refreshed and serves", check: refreshes},
		{name: "one login revoked: another account serves, unseen", check: hidesRevoked},
		{name: ruleMidway, check: movesMidway},
		{name: ruleStops, check: stops},
		{name: "all logins revoked: it stops within 5 s, with our message", check: stopsWithoutLogin},
		{name: "the gateway is started anew while a tool runs: the session goes on", check: survivesRestart},
		{name: "ten sub-agents at once: each stays on an account, and moves once when that is limited", check: staysWhole},
		{name: "the conversation is compacted by the account that has it", check: compacts, only: func(a agent) bool { return a.compact != nil }},
		{name: "`multiaccount run` starts it with a gateway of its own: a tool runs, on one account", check: runsWrapped, only: func(a agent) bool { return a.name != codexPlain().name }},
		{name: "`multiaccount setup` has set it up: a tool runs, on one account", check: runsSetUp, only: func(a agent) bool { return a.name != codexPlain().name }},
		{name: "two at once: each stays on its account", check: runTwo},
	}
}

func answers(t *testing.T, p *place) {
	p.ask(t, "Who are you?").says(t, "Served by work")
	by(t, "work", 1, p.mind.of(plain))
}

func usesTool(t *testing.T, p *place) {
	p.ask(t, useTool).says(t, "Finished by work")
	by(t, "work", 2, p.mind.of(calls, follows))
	p.made(t)
}

func hidesLimit(t *testing.T, p *place) {
	p.work.Next(p.limit())
	p.ask(t, "Who are you?").says(t, "Served by spare")
}

func refreshes(t *testing.T, p *place) {
	p.work.Expire()
	p.ask(t, "Who are you?").says(t, "Served by work")
	if n := p.srv.Stats().RefreshesByAccount["work"]; n != 1 {
		t.Errorf("%d refreshes", n)
	}
}

func hidesRevoked(t *testing.T, p *place) {
	p.work.Revoke()
	p.ask(t, "Who are you?").says(t, "Served by spare")
}

// movesMidway limits the account as it answers with the call of a tool.
func movesMidway(t *testing.T, p *place) {
	p.mind.before = func(k kind, by *providertest.AccountHandle) {
		if k == calls {
			by.Next(p.limit().Always())
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
	p.work.Next(p.limit().Always())
	p.spare.Next(p.limit().Always())
	p.stopped(t, p.ask(t, "Who are you?"), fmt.Sprintf("All %s accounts are limited", p.flavour))
}

func stopsWithoutLogin(t *testing.T, p *place) {
	p.work.Revoke()
	p.spare.Revoke()
	p.stopped(t, p.ask(t, "Who are you?"), "multiaccount login "+string(p.flavour))
}

// survivesRestart has the agent's tool wait while the gateway is started anew.
func survivesRestart(t *testing.T, p *place) {
	goOn := filepath.Join(p.folder, "go-on")
	p.mind.command = "touch tool-runs; for i in $(seq 300); do test -e go-on && break; sleep 0.1; done; " + p.mind.command
	ask := p.command(t, useTool)
	ended := make(chan run, 1)
	go func() { ended <- ask() }()
	p.await(t, "tool-runs")
	p.restart(t)
	rig.Must(t, os.WriteFile(goOn, nil, 0o600))
	(<-ended).says(t, "Finished by work")
	by(t, "work", 2, p.mind.of(calls, follows))
}

// runTwo runs two sessions at the same time, each with a tool. One before them makes
// the agent's own data: two first starts of OpenCode at once fail over its database.
func runTwo(t *testing.T, p *place) {
	p.ask(t, "Who are you?").says(t, "")
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
	if len(accounts) != 2 {
		t.Errorf("sessions by account: %v", accounts)
	}
}

// runsSetUp has "multiaccount setup" write the agent's settings, and then calls the
// agent itself.
func runsSetUp(t *testing.T, p *place) {
	args, env := p.mind.agent.setUp(t, p, true)
	path := p.path(t)
	own := []string{"MULTIACCOUNT_DIR=" + p.state, "PATH=" + filepath.Dir(path) + string(os.PathListSeparator) + os.Getenv("PATH")}
	p.start(t, []string{p.Program, "setup", p.mind.agent.program}, own)().says(t, "")
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

// stopped fails the test unless the agent has shown a text and soon ended.
func (p *place) stopped(t *testing.T, r run, text string) {
	t.Helper()
	calls := p.srv.Calls()
	if len(calls) == 0 {
		t.Fatalf("nobody was asked:\n%s", r.out)
	}
	if refused := calls[len(calls)-1].At; !strings.Contains(r.out, text) || r.ended.After(r.stopsBy(refused)) {
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

// agents is how many sub-agents are started.
const agents = 10

// staysWhole limits the account that serves while ten sub-agents are at work.
func staysWhole(t *testing.T, p *place) {
	var asked atomic.Int32
	p.mind.before = func(k kind, by *providertest.AccountHandle) {
		if k == subCalls && asked.Add(1) == agents/2 {
			by.Next(p.limit().Always())
		}
	}
	p.ask(t, useAgents).says(t, "Finished by")
	conversations := map[string]string{}
	for _, one := range p.mind.of(subCalls, subFollows) {
		conversations[one.conversation] += one.account + " "
	}
	for conversation, accounts := range conversations {
		switch accounts {
		case "work work ", "work spare ", "spare spare ":
		default:
			t.Errorf("%s was served by %s", conversation, accounts)
		}
	}
	if len(conversations) != agents {
		t.Errorf("%d conversations of sub-agents: %v", len(conversations), conversations)
	}
}

// compacts has Codex compact by itself, and Claude Code as it goes on.
func compacts(t *testing.T, p *place) {
	prompt := useTool
	if p.mind.agent.program == "claude" {
		p.ask(t, useTool).says(t, "Finished by work")
		prompt = "/compact"
	}
	args, env := p.mind.agent.setUp(t, p, false)
	before := len(p.mind.of(calls, follows, side))
	p.start(t, slices.Concat([]string{p.path(t)}, p.mind.agent.compact, args, []string{prompt}), env)().says(t, "")
	all := p.mind.of(calls, follows, side)
	by(t, "work", len(all), all)
	if len(all) <= before || len(all) < 3 {
		t.Errorf("nothing was compacted: %+v", all)
	}
	for _, one := range all {
		if one.conversation != all[0].conversation {
			t.Errorf("a conversation of its own: %+v", all)
		}
	}
}

// runsWrapped has "multiaccount run" start the agent, and a gateway, since none
// runs.
func runsWrapped(t *testing.T, p *place) {
	rig.Must(t, p.gate.cmd.Process.Kill())
	args, env := p.mind.agent.setUp(t, p, true)
	path := p.path(t)
	env = append(env, "MULTIACCOUNT_DIR="+p.state, "PATH="+filepath.Dir(path)+string(os.PathListSeparator)+os.Getenv("PATH"))
	p.start(t, append([]string{p.Program, "run", p.mind.agent.program, "--"}, append(args, useTool)...), env)().says(t, "Finished by work")
	by(t, "work", 2, p.mind.of(calls, follows))
	p.made(t)
	p.awaitUnserved(t)
}
