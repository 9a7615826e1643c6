package multiaccount

import (
	"context"
	"errors"
	"net/http"
	"slices"
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
	s := &stream{body: a.resp.Body, walk: w, reader: reader}
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
	timer := time.NewTimer(holdTime)
	defer timer.Stop()
	for !s.shown && !s.over && len(s.held) < holdLimit {
		s.readAhead()
		select {
		case <-s.ahead.done:
			s.takeAhead()
		case <-timer.C:
			return true
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// pieceSize is how much is read ahead at once.
const pieceSize = 4 << 10

// pendingRead is a read that may go on when the hold ends. Then it is the first
// read of whoever reads the body.
type pendingRead struct {
	done chan struct{}
	n    int
	err  error
}

// readAhead begins to read behind what is held. The goroutine ends with its
// one read, which the stream's Close waits for.
func (s *stream) readAhead() {
	s.held = slices.Grow(s.held, min(pieceSize, holdLimit-len(s.held)))
	space := s.held[len(s.held):min(cap(s.held), holdLimit)]
	r := &pendingRead{done: make(chan struct{})}
	s.ahead, s.waits = r, true
	go func() {
		defer close(r.done)
		defer func() {
			if recover() != nil { // in the caller's goroutine it would end no more than the request
				r.err = errReadPanicked
			}
		}()
		r.n, r.err = s.body.Read(space)
	}()
}

// errReadPanicked stands for a panic of the base transport.
var errReadPanicked = errors.New("multiaccount: the base transport panicked while its answer was read")

// takeAhead takes in what was read ahead.
func (s *stream) takeAhead() {
	r := s.ahead
	s.waits = false
	s.held = s.held[:len(s.held)+r.n]
	s.scan(s.held[len(s.held)-r.n:])
	s.heldErr = r.err
	if r.err != nil {
		s.ended(r.err)
	}
}

// readHeld returns what was held back. It reports whether there was anything.
func (s *stream) readHeld(p []byte) (n int, err error, ok bool) { //nolint:revive // ok last, as in a map
	if len(s.held) == 0 && s.waits {
		<-s.ahead.done
		s.takeAhead()
	}
	if len(s.held) == 0 {
		s.held = nil
		return 0, s.heldErr, s.heldErr != nil
	}
	n = copy(p, s.held)
	s.held = s.held[n:]
	return n, nil, true
}
