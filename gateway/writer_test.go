package gateway

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

// statuses are what a tap was told.
type statuses []int

func (s *statuses) Answered(status int, _ http.Header) { *s = append(*s, status) }
func (s *statuses) Passed([]byte)                      {}
func (s *statuses) Ended(bool)                         {}

// Whoever watches is told of one status, whatever came before, and also when a stream
// was begun without one.
func TestAnsweredOnce(t *testing.T) {
	for want, write := range map[int]func(*writer){
		http.StatusOK: func(w *writer) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusOK)
		},
		http.StatusTooManyRequests: func(w *writer) {
			w.begin()
			w.endStream(http.StatusTooManyRequests, []byte("data: {}\n\n"))
		},
	} {
		var told statuses
		w := newWriter(httptest.NewRecorder(), nil)
		w.tap = &told
		write(w)
		if !slices.Equal(told, statuses{want}) {
			t.Errorf("told %v, want %d", told, want)
		}
	}
}
