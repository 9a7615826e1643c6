package providertest

import (
	"net/http"
	"strings"
)

// Asked is a generation request as a model gets it.
type Asked struct {
	// Account is whose credentials came.
	Account *AccountHandle
	Flavour Flavour
	// Model is the one that the request names.
	Model string
	// Header are the request's headers, without those that authenticate; of a
	// WebSocket those of its handshake.
	Header http.Header
	// Body is the request's. It must not be changed.
	Body []byte
	// WebSocket is set for a request on a WebSocket.
	WebSocket bool
}

// Said is a model's output: a text, then calls of tools. Chat completions have no
// calls of tools here.
type Said struct {
	Text  string
	Tools []ToolCall
	// Input and Output are the tokens that the answer tells of; 0 means 10 and 4.
	Input, Output int
}

func (s Said) input() int { return orElse(s.Input, 10) }

func (s Said) output() int { return orElse(s.Output, 4) }

// ToolCall is the call of a tool that the request offers. Input is a JSON object.
type ToolCall struct {
	Name, Input string
	// Namespace is OpenAI's, for tools that are in one.
	Namespace string
}

// think asks the model, when there is one, once for each request.
func (x *exchange) think() Said {
	if x.srv.model == nil {
		return Said{Text: "Served by " + x.acct.name + "."}
	}
	return x.srv.model(Asked{
		Account: x.acct, Flavour: x.flavour, Model: x.model, Header: withoutAuth(x.r.Header), Body: x.body, WebSocket: x.socket,
	})
}

func withoutAuth(h http.Header) http.Header {
	h = h.Clone()
	for _, name := range [...]string{"Authorization", "X-Api-Key", "Cookie"} {
		h.Del(name)
	}
	return h
}

// words are a text in the parts in which it is streamed.
func words(text string) []string {
	if text == "" {
		return nil
	}
	words := strings.SplitAfter(text, " ")
	last := words[len(words)-1]
	if rest, ok := strings.CutSuffix(last, "."); ok && rest != "" {
		return append(words[:len(words)-1], rest, ".")
	}
	return words
}
