package multiaccount

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors"
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

	// known is set once the provider recognised an event, shown once there was
	// one that the caller must see, over once nothing that follows matters.
	known, shown, over bool
	// failure is what the account has not been told yet.
	failure *account.Verdict
	closed  atomic.Bool
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	n, err, ok := s.readHeld(p)
	if !ok {
		n, err = s.body.Read(p)
		s.scan(p[:n])
		if err != nil {
			s.ended(err)
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
	return s.ahead.Close()
}

// scan looks at a piece of the stream.
func (s *stream) scan(piece []byte) {
	for !s.over {
		event, rest, ok := s.scanner.Next(piece)
		if !ok {
			return
		}
		s.take(s.walk.pool.readEvent(s.reader, event))
		piece = rest
	}
}

func (s *stream) take(e providers.StreamEvent) {
	s.known = s.known || e.Step != providers.StreamUnknown
	switch e.Step {
	case providers.StreamPreamble:
	case providers.StreamUnknown, providers.StreamOutput:
		s.shown = true
	case providers.StreamEnd:
		s.shown, s.over = true, true
	case providers.StreamFailed:
		s.fail(s.verdict(e))
	}
}

// verdict reads a failure as if the answer had begun with it.
func (s *stream) verdict(e providers.StreamEvent) account.Verdict {
	a := &s.walk.last
	told := Outcome{Status: e.Status, Header: a.resp.Header, Body: e.Body}
	return s.walk.pool.verdict(&a.leased, s.walk.selection.Model, told)
}

func (s *stream) fail(v account.Verdict) { s.failure, s.over = &v, true }

// ended looks at how reading ended. Of a stream that the provider does not
// know nobody can tell whether it was complete, and one that its caller does
// not want any more was not cut.
func (s *stream) ended(err error) {
	complete := s.over || (errors.Is(err, io.EOF) && !s.known)
	if complete || s.closed.Load() || s.walk.req.Context().Err() != nil {
		s.over = true
		return
	}
	s.fail(account.Verdict{Class: account.ClassNetwork, Status: s.walk.last.verdict.Status})
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
