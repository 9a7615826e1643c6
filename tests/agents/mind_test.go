package agents_test

import (
	"bytes"
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
	// compacting is in what Codex says of a compaction, which leaves no results.
	compacting = "context_limit"
)

// turn is a request that the provider answered.
type turn struct {
	account string
	kind    kind
	// conversation is what the request says it belongs to, with its sub-agent.
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
	// side is whatever the agent asks for itself, as a title.
	side kind = "side"
)

// mind is the model of the fake provider. It is safe for concurrent use.
type mind struct {
	agent agent
	// command is what the shell is to run; before is called before a turn is
	// answered. Both are set before the agent starts.
	command string
	before  func(kind, *providertest.AccountHandle)

	mu    sync.Mutex
	turns []turn
	// heard are the requests of each conversation: on a WebSocket only what is new
	// is sent.
	heard map[string][][]byte
}

func (m *mind) answer(asked providertest.Asked) providertest.Said {
	conversation := conversationOf(asked)
	heard := m.hear(conversation, asked.Body)
	k := m.kindOf(heard)
	if m.before != nil {
		m.before(k, asked.Account)
	}
	m.record(turn{account: asked.Account.Name(), kind: k, webSocket: asked.WebSocket, conversation: conversation})
	switch k {
	case calls, subCalls:
		return providertest.Said{Text: "I use the shell.", Tools: []providertest.ToolCall{m.agent.shell(asked.Body, m.command)}}
	case delegates:
		return providertest.Said{Text: "I ask others.", Tools: m.agent.delegate()}
	case awaits:
		return providertest.Said{Text: "I wait.", Tools: m.agent.await(heard)}
	case follows, subFollows:
		return providertest.Said{Text: "Finished by " + asked.Account.Name() + "."}
	default:
		return providertest.Said{Text: "Served by " + asked.Account.Name() + "."}
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
	case !offersTools(body):
		return side
	case !delegating && has(asAgent):
		return subKind(hasResult(body))
	case hasResult(body) && delegating && m.agent.await != nil && len(m.agent.await(heard)) > 0:
		return awaits
	case hasResult(body), has(compacting):
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
func conversationOf(asked providertest.Asked) string {
	var parts []string
	for _, name := range []string{"X-Claude-Code-Session-Id", "X-Claude-Code-Agent-Id", "X-Session-Affinity", "Thread-Id"} {
		if id := asked.Header.Get(name); id != "" {
			parts = append(parts, id)
		}
	}
	return strings.Join(parts, "/")
}
