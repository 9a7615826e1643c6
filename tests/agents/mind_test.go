package agents_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// The words of a prompt that the model acts upon.
const (
	// useTool has it call the agent's shell.
	useTool = "PLEASE-USE-THE-SHELL"
	// useAgents has it start ten sub-agents, whose prompts have asAgent.
	useAgents = "PLEASE-USE-TEN-AGENTS"
	asAgent   = "YOU-ARE-AGENT-"
)

// request is one that the provider answers.
type request struct {
	account string
	// conversation is what it says it belongs to, with its sub-agent.
	conversation string
	body         []byte
	webSocket    bool
}

// turn is a request that the provider answered.
type turn struct {
	account      string
	kind         kind
	conversation string
	webSocket    bool
}

// kind is what a turn is for.
type kind string

const (
	// plain is a question that is answered.
	plain kind = "plain"
	// calls is answered with the call of a tool, delegates with the start of
	// sub-agents, awaits with a wait for them, and follows has the result.
	calls     kind = "calls"
	delegates kind = "delegates"
	awaits    kind = "awaits"
	follows   kind = "follows"
	// subCalls and subFollows are those of a sub-agent.
	subCalls   kind = "sub-agent calls"
	subFollows kind = "sub-agent follows"
	// compaction asks for a summary of the conversation, side for whatever else the
	// agent wants for itself, as a title.
	compaction kind = "compaction"
	side       kind = "side"
)

// mind is the model of the fake provider. It is safe for concurrent use.
type mind struct {
	agent agent
	// command is what the shell is to run; before is called before a turn is
	// answered. Both are set before the agent starts.
	command string
	before  func(k kind, account string)
	// full is the kind of turn whose answer tells of more tokens than a model takes.
	full kind
	// background has it start its sub-agents in the background.
	background bool

	mu    sync.Mutex
	turns []turn
	// heard are the requests of each conversation: on a WebSocket only what is new
	// is sent.
	heard map[string][][]byte
}

// manyTokens are more than any model takes.
const manyTokens = 990_000

func (m *mind) answer(r request) providertest.Said {
	heard := m.hear(r.conversation, r.body)
	k := m.kindOf(heard)
	if m.before != nil {
		m.before(k, r.account)
	}
	m.record(turn{account: r.account, kind: k, webSocket: r.webSocket, conversation: r.conversation})
	said := m.say(k, r, heard)
	if k == m.full {
		said.Input = manyTokens
	}
	return said
}

func (m *mind) say(k kind, r request, heard [][]byte) providertest.Said {
	switch k {
	case calls, subCalls:
		return providertest.Said{Text: "I use the shell.", Tools: []providertest.ToolCall{m.agent.shell(r.body, m.command)}}
	case subFollows:
		if m.agent.finish != nil {
			return providertest.Said{Tools: []providertest.ToolCall{m.agent.finish()}}
		}
		return providertest.Said{Text: "Finished by " + r.account + "."}
	case delegates:
		return providertest.Said{Text: "I ask others.", Tools: m.agent.delegate(m.background)}
	case awaits:
		return providertest.Said{Text: "I wait.", Tools: m.agent.await(heard)}
	case follows:
		return providertest.Said{Text: "Finished by " + r.account + "."}
	default:
		return providertest.Said{Text: "Served by " + r.account + "."}
	}
}

func (m *mind) record(t turn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turns = append(m.turns, t)
}

// of returns the turns of these kinds so far.
func (m *mind) of(kinds ...kind) (found []turn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.turns {
		if slices.Contains(kinds, t.kind) {
			found = append(found, t)
		}
	}
	return found
}

// hear returns all requests of the conversation.
func (m *mind) hear(conversation string, body []byte) [][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.heard == nil {
		m.heard = map[string][][]byte{}
	}
	m.heard[conversation] = append(m.heard[conversation], body)
	return slices.Clone(m.heard[conversation])
}

// kindOf tells what the latest request is for by the words of its prompt, and by
// what was said since.
func (m *mind) kindOf(heard [][]byte) kind {
	body := heard[len(heard)-1]
	has := func(word string) bool {
		return slices.ContainsFunc(heard, func(one []byte) bool { return bytes.Contains(one, []byte(word)) })
	}
	delegating := has(useAgents)
	switch {
	case compacts(body):
		return compaction
	case !offersTools(body):
		return side
	case !delegating && has(asAgent):
		return subKind(hasResult(body))
	case hasResult(body) && delegating && m.agent.await != nil && len(m.agent.await(heard)) > 0:
		return awaits
	case hasResult(body), slices.ContainsFunc(heard, compacts):
		return follows
	case delegating:
		return delegates
	case has(useTool):
		return calls
	}
	return plain
}

func subKind(result bool) kind {
	if result {
		return subFollows
	}
	return subCalls
}

// compacts reports whether a request asks for a summary of its conversation, which
// leaves no results of tools.
func compacts(body []byte) bool {
	for _, mark := range []string{"CONTEXT CHECKPOINT COMPACTION", "create a detailed summary of the conversation", "<state_snapshot>", "context summarization assistant", "new anchored summary"} {
		if bytes.Contains(body, []byte(mark)) {
			return true
		}
	}
	return false
}

func offersTools(body []byte) bool { return gjson.GetBytes(body, "tools.#").Int() > 0 }

func hasResult(body []byte) bool {
	for _, mark := range []string{`"tool_result"`, `"function_call_output"`, `"functionResponse"`} {
		if bytes.Contains(body, []byte(mark)) {
			return true
		}
	}
	return false
}

// conversationOf is what tells the conversations of these agents apart.
func conversationOf(h http.Header) string {
	var parts []string
	for _, name := range []string{"X-Claude-Code-Session-Id", "X-Claude-Code-Agent-Id", "X-Session-Affinity", "Session-Id", "Thread-Id"} {
		if id := h.Get(name); id != "" {
			parts = append(parts, id)
		}
	}
	return strings.Join(parts, "/")
}
