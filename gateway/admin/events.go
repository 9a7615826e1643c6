package admin

import (
	"bytes"
	"net/http"
	"time"
)

// keepAlive is after how long without an event a comment is sent.
const keepAlive = 15 * time.Second

func (a *Admin) streamEvents(w http.ResponseWriter, r *http.Request) error {
	if !a.feed.enter() {
		return &problem{Status: http.StatusTooManyRequests, Code: "too_many_streams", Detail: "there are too many streams of events; close a page that has one"}
	}
	defer a.feed.leave()
	from, known := a.feed.after(r.Header.Get("Last-Event-ID"))
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	s := stream{http.NewResponseController(w), w}
	if !s.send([]byte("retry: 2000\n\n")) || !known && !s.send(framed(numbered{"", dropped(0)})) {
		return nil
	}
	for {
		events, next, changed := a.feed.since(from)
		if from = next; len(events) > 0 && !s.send(framed(events...)) {
			return nil
		}
		select {
		case <-changed:
		case <-time.After(keepAlive):
			if !s.send([]byte(": nothing new\n\n")) {
				return nil
			}
		case <-r.Context().Done():
			return nil
		case <-a.feed.ended:
			return nil
		}
	}
}

// stream is an answer that goes on.
type stream struct {
	control *http.ResponseController
	w       http.ResponseWriter
}

// send reports whether the client is still there: one that does not read is not.
func (s stream) send(text []byte) bool {
	_ = s.control.SetWriteDeadline(time.Now().Add(writeTime)) // a server without deadlines has its own reasons
	if _, err := s.w.Write(text); err != nil {
		return false
	}
	return s.control.Flush() == nil
}

// framed are events as a stream has them. Their text has no line ends.
func framed(events ...numbered) []byte {
	var text bytes.Buffer
	for _, e := range events {
		if e.id != "" {
			text.WriteString("id: " + e.id + "\n")
		}
		text.WriteString("data: ")
		text.Write(e.text)
		text.WriteString("\n\n")
	}
	return text.Bytes()
}
