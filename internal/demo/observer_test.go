package demo

import (
	"context"
	"net/http"
	"testing"
)

// answering is a round tripper that has an answer although its request was given
// up meanwhile.
type answering struct {
	resp   *http.Response
	cancel context.CancelFunc
}

func (a answering) RoundTrip(*http.Request) (*http.Response, error) {
	a.cancel()
	if a.resp == nil {
		return nil, context.Canceled
	}
	return a.resp, nil
}

// An answer that came as its request was given up is on the trace: it may be read
// to its end. A request that got none is nobody's attempt.
func TestAnswerThatCameAsItWasGivenUp(t *testing.T) {
	for _, resp := range []*http.Response{nil, {StatusCode: http.StatusOK, Header: http.Header{}}} {
		ctx, cancel := context.WithCancel(t.Context())
		ctx, trace := traced(ctx)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://provider.test", nil)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := observer{answering{resp, cancel}}.RoundTrip(req) //nolint:bodyclose // it has none
		if (got != nil) != (len(trace.attempts) == 1) {
			t.Errorf("answer %v, attempts %q", got != nil, trace)
		}
	}
}
