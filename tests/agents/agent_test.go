package agents_test

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// agent is a program, and how it is set up and driven.
type agent struct {
	// name is what the page calls it, program what npm installs.
	name, program string
	// pool is that of its accounts, and provider plays who has them.
	pool     string
	provider func(*testing.T, *mind) provider
	// sockets is set when its turns come on a WebSocket, keys when its accounts are
	// keys, unnamed when its requests do not name their conversation.
	sockets, keys, unnamed bool
	// starts is set when it starts the gateway itself.
	starts bool
	// setUp points it at the place's gateway, unless that is left to the command
	// ("run", "setup"), and returns its arguments before a prompt and its environment.
	setUp func(t *testing.T, p *place, wrapped bool) (args, env []string)
	// ownLogin is the file with a login of its own, below its home.
	ownLogin func() (name, text string)
	// shell is the call of its shell.
	shell func(body []byte, command string) providertest.ToolCall
	// full is the turn whose answer tells of so many tokens that it compacts the
	// conversation; empty for none.
	full kind
	// compact is a prompt that has it compact the conversation that these arguments
	// go on with; empty where it does so as it goes on.
	compact     string
	compactArgs []string
	// delegate are the calls that start ten sub-agents, in the background where that
	// is asked for; nil when it has none.
	delegate func(background bool) []providertest.ToolCall
	// noBackground says why none of them is in the background; empty when they can be.
	noBackground string
	// finish is the call by which a sub-agent ends; nil where it only has to say
	// nothing more.
	finish func() providertest.ToolCall
	// await are the calls that wait for the agents which were started, by all
	// requests of the conversation; nil where nothing has to be called.
	await func(heard [][]byte) []providertest.ToolCall
}

// allAgents are the columns of the page.
func allAgents() []agent {
	return []agent{
		claude(), codexSocket(), codexPlain(), openCodeAnthropic(), openCodeOpenAI(), pluggedAnthropic(), pluggedOpenAI(), piAnthropic(), piOpenAI(), gemini(),
	}
}

// loginsOf is a provider whose accounts are logins.
func loginsOf(flavour providertest.Flavour) func(*testing.T, *mind) provider {
	return func(t *testing.T, m *mind) provider { return newLogins(t, flavour, m) }
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
	return p.commandWith(t, prompt)
}

// commandWith is command with more arguments, which come first.
func (p *place) commandWith(t *testing.T, prompt string, more ...string) func() run {
	t.Helper()
	args, env := p.mind.agent.setUp(t, p, false)
	return p.start(t, slices.Concat([]string{p.path(t)}, more, args, []string{prompt}), env)
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

// process is a program that works in the place, until ctx ends.
func (p *place) process(ctx context.Context, args, env []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = p.folder, p.environment(env...), time.Second
	return cmd
}

// longDeadline is far away: agents take many seconds to start on a busy machine.
func longDeadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// start returns one run of a program.
func (p *place) start(t *testing.T, args, env []string) func() run {
	t.Helper()
	return func() run {
		cmd := p.process(longDeadline(t), args, env)
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
	t.Parallel()
	prepared(t)
	all := &results{cell: map[[2]string]string{}}
	t.Cleanup(func() { all.check(t) })
	for _, a := range allAgents() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			for _, r := range rules() {
				if r.without(a) != "" {
					all.put(r.name, a.name, none)
					continue
				}
				t.Run(r.name, func(t *testing.T) {
					t.Parallel()
					t.Cleanup(func() { all.put(r.name, a.name, outcome(t)) })
					r.check(t, newPlace(t, a))
				})
			}
		})
	}
}
