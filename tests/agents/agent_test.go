package agents_test

import (
	"context"
	"errors"
	"os/exec"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// agent is a program, and how it is set up and driven.
type agent struct {
	// name is what the page calls it, program what npm installs.
	name, program string
	flavour       providertest.Flavour
	// sockets is set when its turns come on a WebSocket.
	sockets bool
	// setUp points it at the place's gateway, unless that is left to "multiaccount
	// run", and returns its arguments before a prompt and its environment.
	setUp func(t *testing.T, p *place, wrapped bool) (args, env []string)
	// shell is the call of its shell.
	shell func(body []byte, command string) providertest.ToolCall
	// compact are the arguments that have it compact a conversation: one that it goes
	// on with, or the one that a prompt begins; nil when it is not to be had.
	compact []string
	// delegate are the calls that start ten sub-agents; nil when it has none.
	delegate func() []providertest.ToolCall
	// await are the calls that wait for the agents which were started, by all
	// requests of the conversation; nil where nothing has to be called.
	await func(heard [][]byte) []providertest.ToolCall
}

func allAgents() []agent {
	return []agent{claude(), codexSocket(), codexPlain(), openCodeAnthropic(), openCodeOpenAI()}
}

// run is what came of one run of an agent.
type run struct {
	out    string
	status int
	took   time.Duration
	ended  time.Time
}

// patience is how long a run may take.
const patience = 3 * time.Minute

// ask runs the agent with a prompt to its end.
func (p *place) ask(t *testing.T, prompt string) run {
	t.Helper()
	return p.command(t, prompt)()
}

// command is one run of the agent, for a goroutine of its own.
func (p *place) command(t *testing.T, prompt string) func() run {
	t.Helper()
	args, env := p.mind.agent.setUp(t, p, false)
	return p.start(t, append([]string{p.path(t)}, append(args, prompt)...), env)
}

// path is the agent's program.
func (p *place) path(t *testing.T) string {
	t.Helper()
	name := p.mind.agent.program
	path := p.Agents[name]
	if path == "" {
		t.Skipf("%s is not there: %s", name, p.Missing[name])
	}
	return path
}

func (p *place) start(t *testing.T, args, env []string) func() run {
	t.Helper()
	return func() run {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		cmd.Dir, cmd.Env, cmd.WaitDelay = p.folder, p.environment(env...), time.Second
		began := time.Now()
		out, err := cmd.CombinedOutput()
		r := run{out: string(out), took: time.Since(began), ended: time.Now(), status: cmd.ProcessState.ExitCode()}
		if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
			r.out += "\n" + err.Error()
		}
		return r
	}
}

// TestAgents puts every rule to every agent, and compares the page with what came
// of it.
func TestAgents(t *testing.T) {
	prepared(t)
	all := &results{cell: map[[2]string]string{}}
	for _, a := range allAgents() {
		t.Run(a.name, func(t *testing.T) {
			for _, r := range rules() {
				if r.only != nil && !r.only(a) {
					all.put(r.name, a.name, none)
					continue
				}
				t.Run(r.name, func(t *testing.T) {
					t.Cleanup(func() { all.put(r.name, a.name, outcome(t)) })
					r.check(t, newPlace(t, a))
				})
			}
		})
	}
	t.Run(gemini().name, func(t *testing.T) { testGemini(t, all) })
	all.check(t)
}
