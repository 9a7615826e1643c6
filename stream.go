package multiaccount

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/internal/coding"
	"github.com/seed-810f1486/multiaccount/internal/sse"
	"github.com/seed-810f1486/multiaccount/providers"
)

// stream is the body of an event stream. It passes every byte on unchanged,
// first what was held back, and looks at each for how the stream fares. A
// failure that its caller has to see is told to the account.
type stream struct {
	ahead
	walk    *walk
	reader  providers.StreamReader
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

func newStream(w *walk, reader providers.StreamReader, codings []string) *stream {
	s := &stream{ahead: ahead{body: w.last.resp.Body}, walk: w, reader: reader, opening: opening{declared: saysStream(w.last.resp)}}
	if len(codings) > 0 {
		s.decoder = coding.NewDecoder(codings, s.read)
		s.unwatch = context.AfterFunc(w.req.Context(), s.decoder.Close)
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
		s.take(s.walk.pool.readEvent(s.reader, event), len(event.Data))
		piece = rest
	}
}

func (s *stream) take(e providers.StreamEvent, size int) {
	s.long, s.strange = false, e.Step == providers.StreamUnknown
	switch e.Step {
	case providers.StreamPreamble:
		if size >= echoSize {
			s.echoed += size
		}
	case providers.StreamUnknown, providers.StreamOutput:
		s.shown = true
	case providers.StreamEnd:
		s.leave()
	case providers.StreamFailed:
		s.fail(s.verdict(e))
	}
}

// verdict reads a failure as if the answer had begun with it.
func (s *stream) verdict(e providers.StreamEvent) account.Verdict {
	a := &s.walk.last
	told := Outcome{Status: e.Status, Header: a.resp.Header, Body: e.Body}
	return s.walk.pool.verdict(&a.leased, s.walk.wish.Model, told)
}

func (s *stream) fail(v account.Verdict) { s.failure, s.over = &v, true }

// ended looks at how reading ended, and returns what the caller is told of it:
// a stream that ends before its answer is complete was cut, however the
// connection ended. Where the provider does not know the latest event nobody can
// tell, and one that its caller does not want any more was not cut.
func (s *stream) ended(err error) error {
	clean := errors.Is(err, io.EOF)
	if s.decoder != nil {
		s.decoder.End()
	}
	if clean && !s.over {
		s.takeLast()
	}
	switch {
	case s.over:
	case clean && s.strange, s.closed.Load(), s.walk.req.Context().Err() != nil:
		s.over = true
	default:
		s.fail(account.Verdict{Class: account.ClassNetwork, Status: s.walk.last.verdict.Status})
		if clean {
			return io.ErrUnexpectedEOF
		}
	}
	return err
}

// takeLast takes what only the end of the body completes: an object in place of
// a stream, and an end or a failure without the empty line behind it.
func (s *stream) takeLast() {
	if s.opening.form == sse.JSON {
		e := s.walk.pool.readEvent(s.reader, sse.Event{Data: s.opening.object()})
		if e.Step == providers.StreamFailed {
			s.take(e, 0)
		} else {
			s.leave()
		}
		return
	}
	event, ok := s.scanner.End()
	if !ok || bytes.HasPrefix(event.Data, []byte{'{'}) && !json.Valid(event.Data) {
		return
	}
	if e := s.walk.pool.readEvent(s.reader, event); e.Step == providers.StreamEnd || e.Step == providers.StreamFailed {
		s.take(e, 0)
	}
}

// tell tells the account of a failure before the caller sees it.
func (s *stream) tell() {
	a := s.walk.last
	a.verdict, s.failure = *s.failure, nil
	outcome := a.outcome(true)
	outcome.Broken = true
	actors.ReportAndWait(s.walk.req.Context(), a.leased.Account, &outcome)
}

// readEvent calls the provider. An event that makes it panic says nothing.
func (p *Pool) readEvent(reader providers.StreamReader, e sse.Event) (read providers.StreamEvent) {
	defer func() {
		if reason := recover(); reason != nil {
			p.log.Error().Str("provider", p.provider.Name()).
				Msgf("the provider panicked (%T) when it read an event of a stream, which is passed on as it is", reason)
			read = providers.StreamEvent{}
		}
	}()
	return reader.ReadEvent(e.Name, e.Data)
}
