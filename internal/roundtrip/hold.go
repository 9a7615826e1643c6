package roundtrip

import (
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/coding"
	"github.com/seed-810f1486/multiaccount/internal/sse"
)

// How much of a stream is held back at most, and for how long. Events that
// repeat the request do not count, up to echoLimit; a preamble of echoSize is
// taken for one. A long event that has begun is held back to its end.
const (
	holdLimit = 64 << 10
	holdTime  = 2 * time.Second
	echoSize  = 4 << 10
	echoLimit = sse.MaxEvent
)

// holdBack makes the body of an event stream a watched one. While the request can
// be sent again, it waits for the first event that shows output. A failure before
// that becomes the answer's verdict, as if the status had said it, and the caller
// does not see it.
func (r *request) holdBack() {
	a := &r.last
	if r.Provider.Stream == nil || a.report.Verdict.Class != account.ClassSuccess || !r.mayStream() {
		return
	}
	codings := coding.Of(a.resp.Header)
	if !coding.Known(codings) {
		return
	}
	s := newStream(r, codings)
	a.resp.Body = s
	if r.plan.Spent() {
		return
	}
	switch ctx := r.req.Context(); {
	case !s.hold(ctx):
		_ = s.Close()
		a.resp, a.err, a.report.Verdict = nil, ctx.Err(), account.Verdict{Class: account.ClassCancelled}
	case s.failure != nil && !s.shown:
		a.report.Verdict, s.failure = *s.failure, nil
	}
}

// mayStream reports whether the answer says that it is a stream, or may be one
// because the request asked for it.
func (r *request) mayStream() bool {
	resp := r.last.resp
	switch {
	case r.req.Method == http.MethodHead, resp.StatusCode >= http.StatusMultipleChoices, resp.StatusCode < http.StatusOK:
		return false
	case resp.Body == http.NoBody && resp.StatusCode != http.StatusOK:
		return false
	}
	return saysStream(resp) || r.streams || sse.Accepts(r.req.Header)
}

func saysStream(resp *http.Response) bool { return sse.IsStream(header(resp.Header, "Content-Type")) }
