package multiaccount

import (
	"context"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/coding"
	"github.com/seed-810f1486/multiaccount/internal/sse"
	"github.com/seed-810f1486/multiaccount/providers"
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

// holdBack makes the body of an event stream one that is watched. While the
// request can be sent again, it waits for the first event that shows output: a
// failure before it becomes the answer's verdict, as if the status had told
// it, and the caller sees nothing of it.
func (w *walk) holdBack() {
	a := &w.last
	reader, ok := w.pool.provider.(providers.StreamReader)
	if !ok || a.verdict.Class != account.ClassSuccess || !w.mayStream() {
		return
	}
	codings := coding.Of(a.resp.Header)
	if !coding.Known(codings) {
		return
	}
	s := newStream(w, reader, codings)
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

// mayStream reports whether the answer is a stream by what it says, or may be
// one by what was asked.
func (w *walk) mayStream() bool {
	resp := w.last.resp
	switch {
	case w.req.Method == http.MethodHead, resp.StatusCode >= http.StatusMultipleChoices, resp.StatusCode < http.StatusOK:
		return false
	case resp.Body == http.NoBody && resp.StatusCode != http.StatusOK:
		return false
	}
	return saysStream(resp) || w.streams || sse.Accepts(w.req.Header)
}

func saysStream(resp *http.Response) bool { return sse.IsStream(resp.Header.Get("Content-Type")) }

// hold reads until the stream shows output or ends, or as much and as long as
// may be held back. It returns false when ctx ended before.
func (s *stream) hold(ctx context.Context) bool {
	return s.fill(ctx, s.limit, holdTime, func() bool { return s.shown || s.over }, s.taken)
}

// limit returns how much may be held back by now.
func (s *stream) limit() int {
	limit := holdLimit + min(s.echoed, echoLimit)
	if len(s.held) >= limit && s.isLong() {
		limit += sse.MaxEvent
	}
	return limit
}

// isLong reports whether the event that has begun is held back to its end:
// until then its caller can do nothing with it, unless its beginning shows
// output already.
func (s *stream) isLong() bool {
	if s.long {
		return true
	}
	event := s.scanner.Begun()
	if len(event.Data) < echoSize {
		return false
	}
	step := s.walk.pool.readEvent(s.reader, event).Step
	s.long = step != providers.StreamOutput && step != providers.StreamEnd
	return s.long
}

// taken looks at what was read ahead.
func (s *stream) taken(piece []byte) {
	s.look(piece)
	if s.heldErr != nil {
		s.heldErr = s.ended(s.heldErr)
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
