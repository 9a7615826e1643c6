package roundtrip

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/internal/sse"
	"github.com/seed-810f1486/multiaccount/providers"
)

// judge notes whether an event may be the stream's last. An event that the provider
// does not know may end a stream of another format. But when there were events of the
// provider's format, and this one names its type as they do, it is only newer than the
// provider.
func (s *stream) judge(step providers.StreamStep, data []byte) {
	if step != providers.StreamUnknown {
		s.known, s.unknown = true, false
		return
	}
	s.unknown = !s.known || gjson.GetBytes(data, "type").Type != gjson.String
}

func (s *stream) take(e providers.StreamEvent, size int) {
	s.long = false
	if e.Header != nil {
		s.request.tellFigures(s.request.last.leased, s.request.search.ask.Model, e.Header)
	}
	switch e.Step {
	case providers.StreamPreamble:
		if size >= echoSize {
			s.echoed += size
		}
	case providers.StreamUnknown, providers.StreamOutput:
		s.shown = true
	case providers.StreamEnd:
		s.stopWatching()
	case providers.StreamFailed:
		s.fail(s.verdict(e))
	}
}

// verdict returns what a failure means, as if the answer had begun with it.
func (s *stream) verdict(e providers.StreamEvent) account.Verdict {
	a := &s.request.last
	told := Outcome{Status: e.Status, Header: a.resp.Header, Body: e.Body}
	return s.request.Verdict(a.leased, s.request.search.ask.Model, told)
}

func (s *stream) fail(v account.Verdict) { s.failure, s.over = &v, true }

// ended handles the end of reading, and returns the error for the caller. A
// stream that ends before its answer is complete was cut, however the connection
// ended. When the latest event may be an end that the provider does not know, nobody
// can tell; and a stream that its caller canceled was not cut.
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
	case clean && s.unknown, s.closed.Load(), s.request.req.Context().Err() != nil:
		s.over = true
	default:
		s.fail(account.Verdict{Class: account.ClassNetwork, Status: s.request.last.report.Verdict.Status})
		if clean {
			return io.ErrUnexpectedEOF
		}
	}
	return err
}

// takeLast handles what only the end of the body completes: an object in place of
// a stream, and a last event without the empty line behind it.
func (s *stream) takeLast() {
	if s.opening.form == sse.JSON {
		e := s.event(sse.Event{Data: s.opening.object()})
		if e.Step == providers.StreamFailed {
			s.take(e, 0)
		} else {
			s.stopWatching()
		}
		return
	}
	event, ok := s.scanner.End()
	if !ok || bytes.HasPrefix(event.Data, []byte{'{'}) && !json.Valid(event.Data) {
		return
	}
	if e := s.event(event); e.Step == providers.StreamEnd || e.Step == providers.StreamFailed {
		s.take(e, 0)
	}
}

// tellAccount tells the account of a failure before the caller sees it.
func (s *stream) tellAccount() {
	a := s.request.last
	a.report.Verdict, s.failure = *s.failure, nil
	report := a.report
	report.Open, report.Broken = true, true
	actors.ReportAndWait(s.request.req.Context(), a.leased.Account, &report)
}

func (s *stream) event(e sse.Event) providers.StreamEvent {
	return s.request.Provider.Stream.ReadEvent(e.Name, e.Data)
}
