package multiaccount

import (
	"context"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/sse"
	"github.com/seed-810f1486/multiaccount/providers"
)

// How much of a stream is held back at most, and for how long.
const (
	holdLimit = 64 << 10
	holdTime  = 2 * time.Second
)

// holdBack makes the body of an event stream one that is watched. While the
// request can be sent again, it waits for the first event that shows output: a
// failure before it becomes the answer's verdict, as if the status had told
// it, and the caller sees nothing of it.
func (w *walk) holdBack() {
	a := &w.last
	reader, ok := w.pool.provider.(providers.StreamReader)
	if !ok || a.verdict.Class != account.ClassSuccess || !isStream(a.resp) {
		return
	}
	s := &stream{ahead: ahead{body: a.resp.Body}, walk: w, reader: reader}
	a.resp.Body = s
	if w.plan.Spent() {
		return
	}
	switch ctx := w.req.Context(); {
	case !s.hold(ctx):
		_ = s.Close()
		a.resp, a.err, a.verdict = nil, ctx.Err(), account.Verdict{Class: account.ClassCancelled}
	case s.failure != nil && !s.shown:
		a.verdict, s.failure = *s.failure, nil
	}
}

// isStream reports whether an answer is an event stream that can be read:
// compressed ones are passed on as they are.
func isStream(resp *http.Response) bool {
	return resp.StatusCode < http.StatusMultipleChoices && resp.Header.Get("Content-Encoding") == "" &&
		sse.IsStream(resp.Header.Get("Content-Type"))
}

// hold reads until the stream shows output or ends, or as much and as long as
// may be held back. It returns false when ctx ended before.
func (s *stream) hold(ctx context.Context) bool {
	return s.fill(ctx, holdLimit, holdTime, func() bool { return s.shown || s.over }, s.taken)
}

// taken looks at what was read ahead.
func (s *stream) taken(piece []byte) {
	s.scan(piece)
	if s.heldErr != nil {
		s.ended(s.heldErr)
	}
}

// readHeld returns what was held back. It reports whether there was anything.
func (s *stream) readHeld(p []byte) (n int, err error, ok bool) { //nolint:revive // ok last, as in a map
	if len(s.held) == 0 && s.waits {
		<-s.pending.done
		s.taken(s.takeIn())
	}
	return s.pass(p)
}
