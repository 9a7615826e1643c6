package gateway

import (
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"
)

// keeper keeps the client of a stream there while its answer has not come.
type keeper struct {
	x     *exchange
	mu    sync.Mutex
	timer *time.Timer
	over  bool
}

// keepAlive begins to keep the client. The answer is written after stop, and not
// before.
func (x *exchange) keepAlive() *keeper {
	k := &keeper{x: x}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.timer = time.AfterFunc(x.gateway.config.KeepAlive, k.tick)
	return k
}

func (k *keeper) tick() {
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.x.w
	if k.over || !w.keptAlive && !k.x.wantsStream() {
		return
	}
	if !w.keptAlive {
		w.begin()
	}
	if w.keep(k.x.asker.ping()) == nil {
		k.timer.Reset(k.x.gateway.config.KeepAlive)
	}
}

func (k *keeper) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.over = true
	k.timer.Stop()
}

// wantsStream reports whether the request asks for a stream of events.
func (x *exchange) wantsStream() bool {
	for _, accepted := range x.r.Header["Accept"] {
		if strings.Contains(accepted, "text/event-stream") {
			return true
		}
	}
	return x.body.memory != nil && gjson.GetBytes(x.body.memory.bytes, "stream").Type == gjson.True
}

// kept reports whether the client has the beginning of a stream already.
func (w *writer) kept() bool { return w.keptAlive }

// ping is what keeps a client there. Codex counts events, and no comments.
func (a asker) ping() []byte {
	switch {
	case a.format == messages:
		return []byte("event: ping\ndata: {\"type\":\"ping\"}\n\n")
	case a.format == responses && a.agent == codex:
		return []byte("event: keepalive\ndata: {\"type\":\"keepalive\"}\n\n")
	}
	return []byte(": keep-alive\n\n")
}

// failure is a refusal within a stream.
func (a asker) failure(r *refusal) []byte {
	now := time.Now()
	switch a.format {
	case messages:
		return event("event: error\n", a.errorBody(r, now))
	case responses:
		return event("event: response.failed\n", a.failedResponse(r, now))
	default:
		return event("", a.errorBody(r, now))
	}
}

func event(name string, data []byte) []byte {
	return append(append([]byte(name+"data: "), data...), "\n\n"...)
}

// failedResponse is how the Responses API says that there will be no answer. Codex
// shows what is called a wrong prompt at once, and asks again after anything else.
func (a asker) failedResponse(r *refusal, now time.Time) []byte {
	_, code := a.openAIType(r, now)
	if a.agent == codex {
		code = "invalid_prompt"
	}
	return encode(map[string]any{
		"type": "response.failed", "sequence_number": 0,
		"response": map[string]any{
			"id": "resp_gateway", "object": "response", "status": "failed", "output": []any{},
			"error": map[string]string{"code": code, "message": r.message},
		},
	})
}
