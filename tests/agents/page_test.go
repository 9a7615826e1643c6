package agents_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
)

const page = "../../docs/agents.md"

// What a rule comes to for one agent.
const (
	kept   = "kept"
	broken = "**broken**"
	none   = "–"
)

// results are what each rule came to, by the rule's name and the agent's.
type results struct {
	mu   sync.Mutex
	cell map[[2]string]string
}

func (r *results) put(rule, agent, result string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cell[[2]string{rule, agent}] = result
}

// outcome is empty for a rule that was not put to the agent.
func outcome(t *testing.T) string {
	switch {
	case t.Skipped():
		return ""
	case t.Failed():
		return broken
	}
	return kept
}

// whole reports whether every rule was put to every agent.
func (r *results) whole() bool {
	for _, rule := range rules() {
		for _, a := range allAgents() {
			if r.cell[[2]string{rule.name, a.name}] == "" {
				return false
			}
		}
	}
	return true
}

// The page's text, in which ´ stands for a backtick.
const (
	preface = `# The agents themselves

What coding agents do on the gateway, as their makers publish them on npm. Each cell is a run of the real program, with a home of its own,
in a network namespace with nothing but loopback (where that is not permitted, behind proxies that refuse everything), against the built
´multiaccount serve´ and the fake provider of ´providers/providertest´, whose record says which account served each turn.
The pool has two accounts, *work* and *spare*; those of Gemini CLI are keys. With the plugin OpenCode starts the gateway itself. This page is written by

    go test ./tests/agents -args -agents pinned -update

and the test fails while the page is not what the agents come to. ´-agents latest´ takes the newest of each; what they do then
is not compared with this page.

`

	postface = `
## What keeps a session on its account
| agent | the conversation | its sub-agents | compaction | what else it asks for itself |
|---|---|---|---|---|
| Claude Code | ´x-claude-code-session-id´ | conversations of their own, in the background too: the session with ´x-claude-code-agent-id´ | in the conversation | in the conversation, or in a sub-agent's |
| Codex | ´session-id´, ´thread-id´; on a WebSocket the connection has its account | conversations of their own: the session with their ´thread-id´ | in the conversation | in the conversation |
| OpenCode | ´x-session-affinity´ | conversations of their own: sessions of their own | in the conversation | titles, by the small model, in the conversation |
| pi | OpenAI: ´session-id´. Anthropic: its first message | it has none | names no conversation: on the account in use | nothing |
| Gemini CLI | its first message | conversations of their own: those of other first messages | in the conversation | nothing, where a model is named |

A conversation of its own begins on the account in use, and moves by itself when that is limited. The plugin changes nothing in this.

## What is not run here
| agent | why |
|---|---|
| crush | its npm package fetches the program from GitHub while it is installed |
| OpenCode 2 | it is not published yet |
| Zed, Roo, Cline | they are parts of editors, which need a display and a person |
| Cursor | its own servers make the requests, which cannot reach loopback |
`
)

func (r *results) page() string {
	var b strings.Builder
	b.WriteString(preface)
	b.WriteString("| rule |")
	line := "\n|---|"
	for _, a := range allAgents() {
		fmt.Fprintf(&b, " %s |", a.name)
		line += "---|"
	}
	b.WriteString(line + "\n")
	for _, rule := range rules() {
		fmt.Fprintf(&b, "| %s |", rule.name)
		for _, a := range allAgents() {
			fmt.Fprintf(&b, " %s |", r.cell[[2]string{rule.name, a.name}])
		}
		b.WriteByte('\n')
	}
	b.WriteString("\nVersions:")
	for i, a := range allPublished() {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " `%s@%s`", a.pkg, a.version)
	}
	b.WriteString(".\n")
	writeReasons(&b)
	b.WriteString(postface)
	return strings.ReplaceAll(b.String(), "´", "`")
}

// writeReasons says why agents are not put to rules.
func writeReasons(b *strings.Builder) {
	b.WriteString("\n## Why some are not put to a rule\n| rule | agent | why |\n|---|---|---|\n")
	for _, rule := range rules() {
		var order []string
		names := map[string][]string{}
		for _, a := range allAgents() {
			why := rule.without(a)
			if why != "" && names[why] == nil {
				order = append(order, why)
			}
			names[why] = append(names[why], a.name)
		}
		for _, why := range order {
			fmt.Fprintf(b, "| %s | %s | %s |\n", rule.name, strings.Join(names[why], "; "), why)
		}
	}
}

// check compares the page with what came of it, or writes it.
func (r *results) check(t *testing.T) {
	t.Helper()
	if *which != "pinned" || !r.whole() {
		t.Log("docs/agents.md is not compared: it is that of all rules, with the pinned versions of all agents")
		return
	}
	rendered := r.page()
	if *update {
		if err := os.WriteFile(page, []byte(rendered), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	current, err := os.ReadFile(page)
	if err != nil || string(current) != rendered {
		t.Errorf("docs/agents.md is not what the agents come to (%v): go test ./tests/agents -args -agents pinned -update writes it anew", err)
	}
}
