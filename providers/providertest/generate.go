package providertest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// maxBody is the longest request; Anthropic's limit for messages.
const maxBody = 32 << 20

// shape is the form of a generation's answer.
type shape uint8

const (
	messages shape = iota
	responses
	chat
)

func serveMessages(x *exchange)  { x.generation(messages) }
func serveResponses(x *exchange) { x.generation(responses) }
func serveCodex(x *exchange)     { x.generation(responses) }
func serveChat(x *exchange)      { x.generation(chat) }

// generation reads the request, whoever sends it, then judges the sender.
func (x *exchange) generation(s shape) {
	x.shape = s
	refusal, refused := x.read()
	if !x.authenticated() {
		return
	}
	x.enter()
	if refused {
		refusal.give(x)
		return
	}
	x.own = x.generate
	x.answer()
}

// read takes from the body what the answer depends on.
func (x *exchange) read() (refusal Answer, refused bool) {
	var request struct {
		Model  string `json:"model"`
		Stream bool   `json:"stream"`
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, maxBody))
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		return TooLarge(), true
	}
	if err != nil || json.Unmarshal(body, &request) != nil || request.Model == "" {
		return BadRequest(), true
	}
	x.model, x.stream, x.body = request.Model, request.Stream, body
	return Answer{}, false
}

// generate is the server's own answer: a success when the quota windows have
// room for it.
func (x *exchange) generate(how delivery) {
	q := x.consume()
	x.tell(q)
	if q.rejected {
		exhausted(x, q).give(x)
		return
	}
	x.said = x.think()
	how(x, x.rendered())
}

func (x *exchange) rendered() rendering {
	switch {
	case x.stream:
		return rendering{contentType: streamType, pieces: x.events()}
	case x.shape == messages:
		return jsonPieces(x.messageBody())
	case x.shape == responses:
		return jsonPieces(x.responseBody())
	}
	return jsonPieces(x.chatBody())
}

func (x *exchange) events() []piece {
	switch x.shape {
	case messages:
		return x.messageEvents()
	case responses:
		return x.responseEvents()
	case chat:
	}
	return x.chatEvents()
}
