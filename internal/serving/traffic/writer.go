package traffic

import (
	"net/http"
	"strings"
	"time"
)

// writer sees a request's answer.
type writer struct {
	http.ResponseWriter
	u *underway
}

// Unwrap lets [http.ResponseController] through.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader implements [http.ResponseWriter].
func (w *writer) WriteHeader(status int) {
	if w.u.Status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		w.answered(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) answered(status int) {
	w.u.Status = status
	w.u.Stream = strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream")
	if !w.u.Stream && status != http.StatusSwitchingProtocols {
		return
	}
	for _, watcher := range w.u.recorder {
		watcher.Streaming(&w.u.Request)
	}
}

// Write implements [http.ResponseWriter].
func (w *writer) Write(p []byte) (int, error) {
	if w.u.Status == 0 {
		w.answered(http.StatusOK)
	}
	if w.u.FirstByte == 0 {
		w.u.FirstByte = time.Since(w.u.Begun)
	}
	n, err := w.ResponseWriter.Write(p)
	w.u.Bytes += int64(n)
	return n, err
}
