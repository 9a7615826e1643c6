package gateway

import (
	"net/http"
	"time"
)

// writeStall is how long a client may take to read the next piece of its answer.
const writeStall = 5 * time.Minute

// writer writes the answer of an exchange to its client. It gives up on a client that
// does not read.
type writer struct {
	http.ResponseWriter
	controller *http.ResponseController
	x          *exchange
	// tap is nil when nobody watches.
	tap Tap
	// until is when a write that is under way is given up.
	until time.Time
	// keptAlive is set when a stream was begun before there was an answer. complete is
	// set when the whole answer was written.
	keptAlive, complete bool
}

func newWriter(w http.ResponseWriter, x *exchange) *writer {
	return &writer{ResponseWriter: w, controller: http.NewResponseController(w), x: x}
}

// Unwrap lets [http.ResponseController] through.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader implements [http.ResponseWriter]. A stream that was begun before goes
// on. A provisional answer (1xx) is not reported to the observer.
func (w *writer) WriteHeader(status int) {
	if w.tap != nil && status >= http.StatusOK {
		w.tap.Answered(status, w.Header())
	}
	if !w.keptAlive {
		w.ResponseWriter.WriteHeader(status)
	}
}

// Write implements [http.ResponseWriter].
func (w *writer) Write(p []byte) (int, error) {
	if w.tap != nil {
		w.tap.Passed(p)
	}
	w.extend()
	return w.ResponseWriter.Write(p) //nolint:gosec // the provider's answer, and errors as JSON
}

// extend gives the client time to read.
func (w *writer) extend() {
	if now := time.Now(); w.until.Sub(now) < writeStall/2 {
		w.until = now.Add(writeStall)
		_ = w.controller.SetWriteDeadline(w.until) // a server that has none has its own limits
	}
}

// begin begins a stream before there is an answer, and keep keeps it.
func (w *writer) begin() {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache")
	w.ResponseWriter.WriteHeader(http.StatusOK)
	w.keptAlive = true
}

func (w *writer) keep(event []byte) error {
	w.extend()
	if _, err := w.ResponseWriter.Write(event); err != nil {
		return err
	}
	return w.controller.Flush()
}

// endStream ends a stream that was kept alive with an error. The observer is told the
// status that the answer would have had.
func (w *writer) endStream(status int, event []byte) {
	if w.tap != nil {
		w.tap.Answered(status, w.Header())
	}
	_, _ = w.Write(event) // the client may be gone; that is its right
	_ = w.controller.Flush()
}

// ended tells the observer that nothing more is passed on.
func (w *writer) ended() {
	if w.tap != nil {
		w.tap.Ended(w.complete)
	}
}
