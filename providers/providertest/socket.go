package providertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/coder/websocket"
)

// socket is Codex' way to ask: responses on a WebSocket, whose requests may name
// the response before them, which only this connection knows.
type socket struct {
	conn *websocket.Conn
	// last is the id of the latest response.
	last string
}

// socketRequest is what a message asks for.
type socketRequest struct {
	Type     string `json:"type"`
	Model    string `json:"model"`
	Previous string `json:"previous_response_id"`
	Generate *bool  `json:"generate"`
}

// serveSocket judges the sender at the handshake, and answers each request as
// the same request would be without a WebSocket.
func serveSocket(x *exchange) {
	if !x.authenticated() {
		return
	}
	x.srv.sockets.Add(1)
	defer x.srv.sockets.Done()
	x.w.Header().Set(AccountHeader, x.acct.name)
	conn, err := websocket.Accept(x.w, x.r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionContextTakeover})
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow() //nolint:errcheck // what is left of it
	conn.SetReadLimit(maxBody)
	s := &socket{conn: conn}
	for {
		_, data, err := conn.Read(x.ctx())
		if err != nil || !s.serve(x, data) {
			return
		}
	}
}

// serve answers one request. It returns false when the connection is to be cut.
func (s *socket) serve(handshake *exchange, data []byte) (goesOn bool) {
	w := &socketWriter{socket: s, ctx: handshake.ctx(), header: http.Header{}}
	x := &exchange{
		srv: handshake.srv, w: w, r: handshake.r, flavour: handshake.flavour, endpoint: Generation, now: handshake.srv.now(),
		acct: handshake.acct, subscription: true, shape: responses, stream: true, socket: true, body: data,
	}
	defer x.leave()
	defer func() {
		if cut := recover(); cut != nil && !isAbort(cut) {
			panic(cut)
		} else if cut == nil {
			goesOn = w.end()
		}
	}()
	s.answer(x)
	return true
}

func isAbort(cut any) bool {
	err, ok := cut.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

func (s *socket) answer(x *exchange) {
	var request socketRequest
	if json.Unmarshal(x.body, &request) != nil || request.Type != "response.create" || request.Model == "" {
		BadRequest().give(x)
		return
	}
	x.model = request.Model
	if request.Previous != "" && request.Previous != s.last {
		x.fail(http.StatusBadRequest, problem{
			kind: "invalid_request_error", code: "previous_response_not_found", message: "Previous response with id '" + request.Previous + "' not found.",
		})
		return
	}
	if request.Generate != nil && !*request.Generate {
		x.w.WriteHeader(http.StatusOK) // it warms up, and counts for nothing
		x.write(rendering{contentType: streamType, pieces: x.responseEvents()}, func() bool { return true })
		return
	}
	x.enter()
	x.own = x.generate
	x.answer()
}

// socketWriter sends an answer as messages: the events of a stream, or an error.
type socketWriter struct {
	*socket
	ctx    context.Context //nolint:containedctx // it is that of one answer
	header http.Header
	status int
	body   []byte
}

// Header implements [http.ResponseWriter].
func (w *socketWriter) Header() http.Header { return w.header }

// WriteHeader implements [http.ResponseWriter].
func (w *socketWriter) WriteHeader(status int) { w.status = status }

// Write implements [http.ResponseWriter]. A piece of a stream is one event.
func (w *socketWriter) Write(p []byte) (int, error) {
	if w.status != http.StatusOK {
		w.body = append(w.body, p...)
		return len(p), nil
	}
	_, data, _ := bytes.Cut(bytes.TrimSuffix(p, []byte("\n\n")), []byte("data: "))
	var event struct{ Response struct{ ID string } }
	if json.Unmarshal(data, &event) == nil && event.Response.ID != "" {
		w.last = event.Response.ID
	}
	return len(p), w.conn.Write(w.ctx, websocket.MessageText, data)
}

// end sends an error, where the answer is one.
func (w *socketWriter) end() bool {
	if w.status == http.StatusOK {
		return true
	}
	var said struct {
		Error json.RawMessage `json:"error"`
	}
	_ = json.Unmarshal(w.body, &said) // what is no JSON has no error
	event := obj{"type": "error", "status": w.status, "error": said.Error, "headers": w.told()}
	return w.conn.Write(w.ctx, websocket.MessageText, marshal(event)) == nil
}

// told are the headers, as an event tells them.
func (w *socketWriter) told() map[string]string {
	told := map[string]string{}
	for name := range w.header {
		told[name] = w.header.Get(name)
	}
	return told
}
