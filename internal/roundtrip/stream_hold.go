package roundtrip

import (
	"context"

	"github.com/seed-810f1486/multiaccount/internal/sse"
	"github.com/seed-810f1486/multiaccount/providers"
)

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
	step := s.event(event).Step
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
