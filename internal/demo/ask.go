package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/internal/sse"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// question is what one request asks for.
type question struct {
	flavour providertest.Flavour
	stream  bool
}

// errUnfinished is returned for an answer that ended too early without an
// error of the connection.
var errUnfinished = errors.New("the answer ended before it was complete")

// statusError is an answer with a status other than 200.
type statusError int

func (e statusError) Error() string {
	return fmt.Sprintf("the provider answered with status %d", int(e))
}

// maxAnswer bounds what is read of an answer; the fake provider's are short.
const maxAnswer = 1 << 20

// ask sends one request as a client of the provider does, and returns the text of
// the answer.
func (h *host) ask(ctx context.Context, q question) (string, error) {
	resp, err := h.send(ctx, q)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }() // it was read, or is not wanted
	if resp.StatusCode != http.StatusOK {
		return "", statusError(resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch {
	case err != nil:
		return "", err
	case q.stream:
		return streamText(q.flavour, body)
	}
	return answerText(q.flavour, gjson.ParseBytes(body))
}

func (h *host) send(ctx context.Context, q question) (*http.Response, error) {
	path, body := "/v1/messages", `{"model":"claude-demo","max_tokens":64,"messages":[{"role":"user","content":"Who are you?"}],"stream":%t}`
	if q.flavour == providertest.OpenAI {
		path, body = "/responses", `{"model":"gpt-demo","input":"Who are you?","stream":%t}`
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.at[q.flavour].BaseURL+path, bytes.NewReader(fmt.Appendf(nil, body, q.stream)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return h.clients[q.flavour].Do(req)
}

// answerText is the text of an answer that says that it is complete.
func answerText(f providertest.Flavour, answer gjson.Result) (string, error) {
	end, complete, text := "stop_reason", "end_turn", "content.0.text"
	if f == providertest.OpenAI {
		end, complete, text = "status", "completed", "output.0.content.0.text"
	}
	if answer.Get(end).String() != complete || answer.Get(text).String() == "" {
		return "", errUnfinished
	}
	return answer.Get(text).String(), nil
}

// streamText is the text of a stream that came to its end.
func streamText(f providertest.Flavour, stream []byte) (string, error) {
	var scanner sse.Scanner
	text := ""
	for e, rest, ok := scanner.Next(stream); ok; e, rest, ok = scanner.Next(rest) {
		data := gjson.ParseBytes(e.Data)
		switch data.Get("type").String() {
		case "content_block_delta":
			text += data.Get("delta.text").String()
		case "message_stop":
			return text, nil
		case "response.completed":
			return answerText(f, data.Get("response"))
		}
	}
	return "", errUnfinished
}
