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

// stream is the body of an event stream. It passes every byte on unchanged,
// first what was held back, and looks at each for how the stream fares. A
// failure that its caller has to see is told to the account.
type stream struct {
	ahead
	request *request
	scanner sse.Scanner
	// decoder is nil for a body that came as it is; unwatch ends the watch that
	// closes it with the request's context.
	decoder *coding.Decoder
	unwatch func() bool
	opening opening

	// strange is set while the latest event is none that the provider knows,
	// shown once there was one that the caller must see, over once nothing that
	// follows matters.
	strange, shown, over bool
	// long is set while an event has begun that is held back to its end;
	// echoed is how much of what was held back repeats the request.
	long   bool
	echoed int
	// failure is what the account has not been told yet.
	failure *account.Verdict
	closed  atomic.Bool
}

func newStream(r *request, codings []string) *stream {
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
		s.look(p[:n])
		if err != nil {
			err = s.ended(err)
			s.heldErr = err // for whoever reads on
		}
	}
	if s.failure != nil {
		s.tell()
	}
	return n, err
}

// Close implements io.Closer. No read is under way any more when it returns.
func (s *stream) Close() error {
	s.closed.Store(true)
	err := s.ahead.Close()
	if s.decoder != nil {
		s.unwatch()
		s.decoder.Close()
	}
	return err
}

// look looks at a piece of the body.
func (s *stream) look(piece []byte) {
	switch {
	case s.over:
	case s.decoder == nil:
		s.read(piece)
	case s.decoder.Write(piece) != nil:
		s.leave()
	}
	if s.over && s.decoder != nil {
		s.decoder.Close()
	}
}

// leave passes on as it comes what cannot be judged.
func (s *stream) leave() { s.shown, s.over = true, true }

// read reads a piece of what the body says.
func (s *stream) read(piece []byte) {
	if s.over {
		return
	}
	switch s.opening.look(piece) {
	case sse.JSON: // to be read at its end
	case sse.Page:
		s.fail(s.verdict(providers.StreamEvent{Status: http.StatusBadGateway}))
	case sse.Other:
		s.leave()
	default:
		s.scan(piece)
	}
}

// scan looks for events.
func (s *stream) scan(piece []byte) {
	for !s.over {
		event, rest, ok := s.scanner.Next(piece)
		if !ok {
			return
		}
		s.take(s.event(event), len(event.Data))
		piece = rest
	}
}
