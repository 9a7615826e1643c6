package roundtrip

import (
	"context"

	"github.com/seed-810f1486/multiaccount/internal/sse"
	"github.com/seed-810f1486/multiaccount/providers"
)

// hold reads until the stream shows output or ends, or until as much was held
// back, or for as long, as is allowed. It returns false when ctx ended before.
func (s *stream) hold(ctx context.Context) bool {
	return s.fill(ctx, s.limit, holdTime, func() bool { return s.shown || s.over }, s.taken)
}

// limit returns how many bytes may be held back by now.
func (s *stream) limit() int {
	limit := holdLimit + min(s.echoed, echoLimit)
	if len(s.held) >= limit && s.isLong() {
		limit += sse.MaxEvent
	}
	return limit
}

// isLong reports whether the unfinished event is held back to its end: the caller
// cannot use a part of it, unless its beginning shows output already.
func (s *stream) isLong() bool {
	if s.long {
		return true
	}
	event := s.scanner.Begun()
	if len(event.Data) < echoSize {
		return false
	}
	step := s.event(event).Step
	s.long = step != providers.StreamOutput && step != providers.StreamEnd
	return s.long
}

// taken inspects what was read ahead.
func (s *stream) taken(piece []byte) {
	s.inspect(piece)
	if s.heldErr != nil {
		s.heldErr = s.ended(s.heldErr)
	}
}

// readHeld copies what was held back to p. ok is false when there is nothing.
func (s *stream) readHeld(p []byte) (n int, err error, ok bool) { //nolint:revive // ok last, as in a map
	if len(s.held) == 0 && s.waits {
		<-s.pending.done
		s.taken(s.collect())
	}
	return s.pass(p)
}
