package agents_test

import (
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// stays has another account come into use while the agent's tool runs. The session
// stays where it is, and so does what the agent asks for itself, as a title.
func stays(t *testing.T, p *place) {
	p.mind.before = func(k kind, _ string) {
		if k == calls {
			p.useSpare(t)
		}
	}
	p.ask(t, useTool).says(t, "Finished by work")
	all := slices.DeleteFunc(p.mind.of(calls, follows, side), func(one turn) bool { return one.conversation == elsewhere })
	by(t, "work", len(all), all)
}

// manage runs the command on the place's accounts, and returns what it prints.
func (p *place) manage(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(p.Program, args...)
	cmd.Env = p.environment("MULTIACCOUNT_DIR=" + p.state)
	text, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("multiaccount %s: %v: %s", strings.Join(args, " "), err, text)
	}
	return string(text)
}

// compactsItself has an agent compact its conversation: while it goes on, or when it
// is told to.
func compactsItself(t *testing.T, p *place) {
	a := p.mind.agent
	p.mind.full = a.full
	p.ask(t, useTool).says(t, "Finished by work")
	p.mind.full = ""
	if a.compact != "" {
		p.commandWith(t, a.compact, a.compactArgs...)().says(t, "")
	}
	all := p.mind.of(calls, follows, compaction)
	by(t, "work", len(all), all)
	if len(p.mind.of(compaction)) == 0 {
		t.Errorf("nothing was compacted: %+v", p.mind.turns)
	}
	for _, one := range all {
		if one.conversation != "" && one.conversation != all[0].conversation { // pi's names none
			t.Errorf("a conversation of its own: %+v", all)
		}
	}
}

// agents is how many sub-agents are started.
const agents = 10

// staysWhole limits the account that serves while ten sub-agents are at work.
func staysWhole(t *testing.T, p *place) { delegatesToTen(t, p) }

// staysWholeBehind has them in the background.
func staysWholeBehind(t *testing.T, p *place) {
	p.mind.background = true
	delegatesToTen(t, p)
}

func delegatesToTen(t *testing.T, p *place) {
	t.Helper()
	var asked atomic.Int32
	p.mind.before = func(k kind, account string) {
		if k == subCalls && asked.Add(1) == agents/2 {
			p.provider.limit(account)
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
