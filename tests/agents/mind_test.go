package agents_test

import (
	"bytes"
	"strings"
	"sync"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// The words of a prompt that the model acts upon.
const (
	// useTool has it call the agent's shell.
	useTool = "PLEASE-USE-THE-SHELL"
	// useAgents has it start ten sub-agents.
	useAgents = "PLEASE-USE-TEN-AGENTS"
	// asAgent is in the prompt of each of them.
	asAgent = "YOU-ARE-AGENT-"
)

// turn is a request that the provider answered, by what it was for.
type turn struct {
	account string
	kind    kind
	// conversation is what the agent says it belongs to, agent the sub-agent.
	conversation, agent string
	webSocket           bool
}

type kind string

const (
	// plain: a question of the user's, which is answered.
	plain kind = "plain"
	// calls: one that is answered with the call of a tool.
	calls kind = "calls a tool"
	// follows: the tool's result.
	follows kind = "tool's result"
	// delegates: answered with the start of sub-agents.
	delegates kind = "starts agents"
	// agents: a sub-agent's question.
	sub kind = "sub-agent"
	// side: whatever the agent asks for itself, as a title.
	side kind = "side request"
)

// mind is the model of the fake provider. It is safe for concurrent use.
type mind struct {
	agent       agent
	work, spare *providertest.AccountHandle
	// command is what the shell is to run; before is called before a turn is
	// answered. Both are set before the agent starts.
	command string
	before  func(kind, *providertest.AccountHandle)

	mu    sync.Mutex
	turns []turn
}

func (m *mind) answer(asked providertest.Asked) providertest.Said {
	k := m.kindOf(asked.Body)
	if m.before != nil {
		m.before(k, asked.Account)
	}
	m.record(turn{
		account: asked.Account.Name(), kind: k, webSocket: asked.WebSocket,
		conversation: conversationOf(asked), agent: asked.Header.Get("X-Claude-Code-Agent-Id"),
	})
	switch k {
	case calls:
		return providertest.Said{Text: "I use the shell.", Tools: []providertest.ToolCall{m.agent.shell(asked.Body, m.command)}}
	case delegates:
		return providertest.Said{Text: "I ask others.", Tools: m.agent.delegate()}
	case follows:
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
		for _, k := range kinds {
			if t.kind == k {
				found = append(found, t)
			}
		}
	}
	return found
}

// kindOf tells what a request is for by the words of its prompt, and by what was
// said since.
func (m *mind) kindOf(body []byte) kind {
	switch {
	case !offersTools(body):
		return side
	case bytes.Contains(body, []byte(asAgent)) && !bytes.Contains(body, []byte(useAgents)):
		return sub
	case hasResult(body):
		return follows
	case bytes.Contains(body, []byte(useAgents)):
		return delegates
	case bytes.Contains(body, []byte(useTool)):
		return calls
	}
	return plain
}

func offersTools(body []byte) bool { return gjson.GetBytes(body, "tools.#").Int() > 0 }

func hasResult(body []byte) bool {
	for _, mark := range []string{`"tool_result"`, `"function_call_output"`, `"custom_tool_call_output"`, `"functionResponse"`} {
		if bytes.Contains(body, []byte(mark)) {
			return true
		}
	}
	return false
}

func conversationOf(asked providertest.Asked) string {
	for _, name := range []string{"X-Claude-Code-Session-Id", "Session-Id", "X-Session-Id"} {
		if id := asked.Header.Get(name); id != "" {
			return id
		}
	}
	return strings.TrimSpace(gjson.GetBytes(asked.Body, "prompt_cache_key").Str)
}
