package roundtrip

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/coding"
	"github.com/seed-810f1486/multiaccount/internal/sse"
	"github.com/seed-810f1486/multiaccount/providers"
)

// stream is the body of an event stream. It passes every byte on unchanged, first
// those that were held back, and reads all of them to see how the stream goes. It
// tells the account of a failure that the caller sees.
type stream struct {
	ahead
	request *request
	scanner sse.Scanner
	// decoder is nil for a body without a coding; unwatch ends the watch that
	// closes it with the request's context.
	decoder *coding.Decoder
	unwatch func() bool
	opening opening

	// known is set once there was an event that the provider knows. unknown is set while
	// the latest event may end the stream in a way that the provider does not know. shown
	// is set once there was an event that the caller must see, over once nothing that
	// follows matters.
	known, unknown, shown, over bool
	// long is set while an unfinished event is held back to its end; echoed is how
	// many of the held bytes repeat the request.
	long   bool
	echoed int
	// failure is what the account was not told yet.
	failure *account.Verdict
	closed  atomic.Bool
}

func newStream(r *request, codings []string) *stream {
	r.kept = true
	s := &stream{ahead: ahead{body: r.last.resp.Body}, request: r, opening: opening{declared: saysStream(r.last.resp)}}
	if len(codings) > 0 {
		s.decoder = coding.NewDecoder(codings, s.read)
		s.unwatch = context.AfterFunc(r.req.Context(), s.decoder.Close)
	}
	return s
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	n, err, ok := s.readHeld(p)
	if !ok {
		n, err = s.body.Read(p)
		s.inspect(p[:n])
		if err != nil {
			err = s.ended(err)
			s.heldErr = err // for the next read
		}
	}
	if s.failure != nil {
		s.tellAccount()
	}
	return n, err
}

// Close implements io.Closer. When it returns, no read is under way.
func (s *stream) Close() error {
	s.closed.Store(true)
	err := s.ahead.Close()
	if s.decoder != nil {
		s.unwatch()
		s.decoder.Close()
	}
	return err
}

// inspect reads a piece of the body to see how the stream goes.
func (s *stream) inspect(piece []byte) {
	switch {
	case s.over:
	case s.decoder == nil:
		s.read(piece)
	case s.decoder.Write(piece) != nil:
		s.stopWatching()
	}
	if s.over && s.decoder != nil {
		s.decoder.Close()
	}
}

// stopWatching passes the rest on as it comes, because it cannot be judged.
func (s *stream) stopWatching() { s.shown, s.over = true, true }

// read reads a decoded piece of the body.
func (s *stream) read(piece []byte) {
	if s.over {
		return
	}
	switch s.opening.inspect(piece) {
	case sse.JSON: // to be read at its end
	case sse.Page:
		s.fail(s.verdict(providers.StreamEvent{Status: http.StatusBadGateway}))
	case sse.Other:
		s.stopWatching()
	default:
		s.scan(piece)
	}
}

// scan finds events.
func (s *stream) scan(piece []byte) {
	for !s.over {
		event, rest, ok := s.scanner.Next(piece)
		if !ok {
			return
		}
		e := s.event(event)
		s.judge(e.Step, event.Data)
		s.take(e, len(event.Data))
		piece = rest
	}
}
