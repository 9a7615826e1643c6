package sdk_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

// recorder is a base transport that keeps the values of the headers that it
// sends, without "Bearer".
type recorder struct {
	next   http.RoundTripper
	mu     sync.Mutex
	values []string
}

func newRecorder(t *testing.T) *recorder {
	t.Helper()
	base := &http.Transport{}
	t.Cleanup(base.CloseIdleConnections)
	return &recorder{next: base}
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	for _, values := range req.Header {
		for _, v := range values {
			r.values = append(r.values, strings.TrimPrefix(v, "Bearer "))
		}
	}
	r.mu.Unlock()
	return r.next.RoundTrip(req)
}

func (r *recorder) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.values
}
