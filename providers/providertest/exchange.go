package providertest

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/wait"
)

// exchange is one request on its way to an answer.
type exchange struct {
	srv      *Server
	w        http.ResponseWriter
	r        *http.Request
	flavour  Flavour
	endpoint Endpoint

	// now is the server's clock when the request came.
	now time.Time
	// acct is whose credentials came, nil when nobody's.
	acct *AccountHandle
	// subscription says that the request counts against the plan's quota
	// windows, not against those of an API key.
	subscription bool

	shape  shape
	model  string
	stream bool
	// body is a generation's request, said what the model answers, once it is asked.
	body []byte
	said Said
	// socket is set for a request on a WebSocket.
	socket bool
	// own answers as the server does by itself. A success is left to how.
	own func(how delivery)
	// entered is set while the exchange counts as in flight.
	entered bool
}

// delivery sends a success in its own way.
type delivery func(*exchange, rendering)

// rendering is the body of a success, in the pieces in which it is sent.
type rendering struct {
	contentType string
	pieces      []piece
}

// piece is one server-sent event, or a part of a plain body.
type piece struct {
	data []byte
	// output says that the event shows the model's output.
	output bool
}

const (
	jsonType   = "application/json"
	streamType = "text/event-stream; charset=utf-8"
)

// obj is a JSON object of an answer that is not worth a type.
type obj map[string]any

// jsonPieces renders a plain body, cut in two so that an answer can stop
// half-way.
func jsonPieces(body []byte) rendering {
	half := len(body) / 2
	return rendering{contentType: jsonType, pieces: []piece{{data: body[:half]}, {data: body[half:]}}}
}

func marshal(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("providertest: an answer does not encode: " + err.Error())
	}
	return data
}

// quote returns s as a JSON string.
func quote(s string) string { return string(marshal(s)) }

// serial returns a number for the answer's identifiers.
func (x *exchange) serial() string {
	return strconv.FormatUint(x.srv.serial.Add(1), 10)
}

// begin records the answer and sends its status and headers.
func (x *exchange) begin(status int, contentType string) {
	h := x.w.Header()
	h.Set("Content-Type", contentType)
	h.Set(x.requestIDHeader(), "req_"+x.serial())
	if x.acct != nil {
		h.Set(AccountHeader, x.acct.name)
	}
	x.srv.recordCall(x, status)
	x.w.WriteHeader(status)
}

func (x *exchange) requestIDHeader() string {
	if x.flavour == Anthropic {
		return "Request-Id"
	}
	return "X-Request-Id"
}

// reply sends a whole answer.
func (x *exchange) reply(status int, contentType string, body []byte) {
	x.begin(status, contentType)
	x.leave()
	_, _ = x.w.Write(body) // the client may be gone; that is its right
}

func (x *exchange) replyJSON(status int, body any) {
	x.reply(status, jsonType, marshal(body))
}

// answer gives the answer that a script has for the exchange, else the
// server's own.
func (x *exchange) answer() {
	x.srv.scripted(x).give(x)
}

// send is the plain delivery.
func (x *exchange) send(r rendering) {
	x.begin(http.StatusOK, r.contentType)
	x.write(r, func() bool { return true })
}

// write sends pieces for as long as ready, asked before each, says so. It
// leaves before the last piece, for a client that has seen it may begin its
// next request at once.
func (x *exchange) write(r rendering, ready func() bool) {
	for i, p := range r.pieces {
		if !ready() {
			x.cut()
		}
		if i == len(r.pieces)-1 {
			x.leave()
		}
		_, _ = x.w.Write(p.data)
		if r.contentType == streamType {
			x.flush()
		}
	}
}

func (x *exchange) flush() {
	_ = http.NewResponseController(x.w).Flush() // fails when the client is gone
}

// vanish ends an exchange that gets no answer: the connection is closed, which
// a plain return would not do. Like cut it does not return.
func (x *exchange) vanish() {
	x.srv.recordCall(x, 0)
	x.cut()
}

// cut closes the connection as it is. It does not return.
func (x *exchange) cut() { panic(http.ErrAbortHandler) }

// ctx ends when the client goes away or the server closes.
func (x *exchange) ctx() context.Context { return x.r.Context() }

// pause waits for d of real time; false means that the exchange is over.
func (x *exchange) pause(d time.Duration) bool {
	return d <= 0 || wait.For(x.ctx(), d) == nil
}
