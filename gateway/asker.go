package gateway

import (
	"net/http"
	"strings"
)

// format is the wire format of a request, in which errors are told too.
type format uint8

const (
	// openAI: errors of OpenAI, no particular endpoint.
	openAI format = iota
	// messages: Anthropic.
	messages
	// responses: OpenAI's Responses API, and Codex.
	responses
	// chat: OpenAI's Chat Completions API, and those like it.
	chat
	// gemini: Google's API.
	gemini
)

// agent is a program whose handling of errors is known.
type agent uint8

const (
	other agent = iota
	codex
	openCode
	geminiCLI
	pi
)

// asker is what answers depend on: the wire format, and the program that asks.
type asker struct {
	format format
	agent  agent
}

// asksAgain reports whether the agent asks again by itself after a 429, however long
// the wait is.
func (a asker) asksAgain() bool { return a.agent == openCode || a.agent == geminiCLI || a.agent == pi }

func askerOf(r *http.Request) asker { return asker{format: formatOf(r), agent: agentOf(r.Header)} }

func formatOf(r *http.Request) format {
	path := strings.TrimSuffix(r.URL.Path, "/")
	switch {
	case strings.HasSuffix(path, "/messages"), len(r.Header["Anthropic-Version"]) > 0, strings.HasPrefix(path, "/"+anthropicName+"/"):
		return messages
	case strings.HasSuffix(path, "/responses"), strings.HasSuffix(path, "/responses/compact"):
		return responses
	case strings.HasSuffix(path, "/completions"):
		return chat
	case strings.Contains(path, ":generateContent"), strings.Contains(path, ":streamGenerateContent"), strings.Contains(path, ":countTokens"):
		return gemini
	}
	return openAI
}

func agentOf(h http.Header) agent {
	name := h.Get("User-Agent")
	switch {
	case strings.Contains(name, "opencode/"):
		return openCode
	case strings.HasPrefix(name, "codex"), strings.HasPrefix(h.Get("Originator"), "codex"):
		return codex
	case strings.HasPrefix(name, "GeminiCLI"):
		return geminiCLI
	case name == "pi", strings.HasPrefix(name, "pi/"):
		return pi
	}
	return other
}
