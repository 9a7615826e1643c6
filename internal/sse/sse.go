// Package sse splits a stream of server-sent events into its events: bytes in,
// events out, by the rules of the HTML standard, section 9.2.6. It does no I/O.
package sse

import (
	"bytes"
	"net/http"
	"strings"
)

// MaxEvent is how much of one event is kept. A longer event is still found, but
// its data is cut off.
const MaxEvent = 1 << 20

// maxBuffer is how much of its buffers a scanner keeps between two events.
const maxBuffer = 64 << 10

// Event is one event with data. Its bytes belong to the scanner and are valid
// until its next call.
type Event struct {
	// Name is empty for an event without one.
	Name []byte
	// Data are the data lines, joined by line feeds.
	Data []byte
	// Cut is set when the event was longer than [MaxEvent].
	Cut bool
}

// Scanner finds the events in a stream that comes in pieces. The zero value is
// ready for the first byte. It keeps its buffers, except very large ones, so it
// allocates only while events grow. It is for one goroutine.
type Scanner struct {
	// line is the beginning of a line that has not ended yet.
	line []byte
	name []byte
	data []byte
	cut  bool
	// hasData is set by the first data line, even an empty one.
	hasData bool
	// begun is set after the first line, which may have a byte order mark.
	begun bool
	// afterCR is set when the last line ended in a carriage return: a line
	// feed that follows belongs to it.
	afterCR bool
	// done is set once the event was returned: the next line begins another one.
	done bool
}

// Next finds the next event in piece. It returns the rest of piece, which is
// still to be read; the rest is empty when ok is not set.
func (s *Scanner) Next(piece []byte) (e Event, rest []byte, ok bool) {
	for len(piece) > 0 {
		if s.afterCR && piece[0] == '\n' {
			piece = piece[1:]
		}
		s.afterCR = false
		end := lineEnd(piece)
		if end < 0 {
			s.keep(piece)
			break
		}
		s.afterCR = piece[end] == '\r'
		complete := s.take(piece[:end])
		piece = piece[end+1:]
		if complete {
			return Event{Name: s.name, Data: s.data, Cut: s.cut}, piece, true
		}
	}
	return Event{}, nil, false
}

// Begun returns what is known of the unfinished event: its name, if that came
// already, and the beginning of its data.
func (s *Scanner) Begun() Event {
	if s.done {
		return Event{}
	}
	e := Event{Name: s.name, Data: s.data, Cut: s.cut}
	if field, value := split(s.line); !s.hasData && string(field) == "data" {
		e.Data = value
	}
	return e
}

// End ends a stream. It returns the unfinished event as if the stream had
// completed it; ok is not set when there was none with data.
func (s *Scanner) End() (e Event, ok bool) {
	if len(s.line) > 0 && !s.done {
		s.take(nil)
	}
	if s.done || !s.hasData {
		return Event{}, false
	}
	s.done = true
	return Event{Name: s.name, Data: s.data, Cut: s.cut}, true
}

// window is how far lineEnd searches for one kind of line end before it searches
// for the other. A stream that uses only the other kind must not be searched to
// its end for each line.
const window = 1 << 10

// lineEnd returns where the first line of piece ends, -1 when it does not.
func lineEnd(piece []byte) int {
	for from := 0; from < len(piece); from += window {
		part := piece[from:min(from+window, len(piece))]
		lf := bytes.IndexByte(part, '\n')
		if lf >= 0 {
			part = part[:lf]
		}
		if cr := bytes.IndexByte(part, '\r'); cr >= 0 {
			return from + cr
		}
		if lf >= 0 {
			return from + lf
		}
	}
	return -1
}

// keep remembers the beginning of a line.
func (s *Scanner) keep(part []byte) {
	s.reset()
	s.line = s.grow(s.line, part)
}

// take handles a whole line and reports whether it completes an event.
func (s *Scanner) take(line []byte) (complete bool) {
	s.reset()
	if len(s.line) > 0 {
		line = s.grow(s.line, line)
		s.line = emptied(line)
	}
	if !s.begun {
		s.begun = true
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	if len(line) > 0 {
		s.field(line)
		return false
	}
	s.done = true
	return s.hasData
}

// reset removes the event that was complete.
func (s *Scanner) reset() {
	if s.done {
		s.name, s.data, s.cut, s.hasData, s.done = s.name[:0], emptied(s.data), false, false, false
	}
}

// emptied returns a buffer to be filled again.
func emptied(buffer []byte) []byte {
	if cap(buffer) > maxBuffer {
		return nil
	}
	return buffer[:0]
}

// field handles a line with a field; comments and fields that do not matter are
// skipped.
func (s *Scanner) field(line []byte) {
	field, value := split(line)
	switch string(field) {
	case "event":
		s.name = s.grow(s.name[:0], value)
	case "data":
		if s.hasData {
			s.data = s.grow(s.data, []byte{'\n'})
		}
		s.hasData = true
		s.data = s.grow(s.data, value)
	}
}

// split splits a line into its field's name and value.
func split(line []byte) (field, value []byte) {
	field, value, _ = bytes.Cut(line, []byte{':'})
	return field, bytes.TrimPrefix(value, []byte{' '})
}

// grow appends as much of more as may be kept.
func (s *Scanner) grow(kept, more []byte) []byte {
	if room := MaxEvent - len(kept); len(more) > room {
		more, s.cut = more[:room], true
	}
	return append(kept, more...)
}

// Accepts reports whether a request's headers ask for an event stream, among
// other types or alone.
func Accepts(h http.Header) bool {
	for _, value := range h["Accept"] {
		for kind := range strings.SplitSeq(value, ",") {
			if IsStream(kind) {
				return true
			}
		}
	}
	return false
}

// IsStream reports whether a Content-Type is that of an event stream.
func IsStream(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "text/event-stream")
}
