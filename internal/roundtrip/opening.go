package roundtrip

import (
	"bytes"

	"github.com/seed-810f1486/multiaccount/internal/sse"
)

// openingLimit is how much is read to tell what a body is.
const openingLimit = 1 << 10

// opening tells from the first bytes what came when a stream was expected. If it
// is a JSON object, it keeps that.
type opening struct {
	// declared is set when the Content-Type says that it is a stream.
	declared bool
	form     sse.Form
	kept     []byte
}

// inspect reads the next piece and returns the form of the body so far.
// sse.Unclear may still become events.
func (o *opening) inspect(piece []byte) sse.Form {
	switch o.form {
	case sse.Unclear:
		o.decide(piece)
	case sse.JSON:
		o.keep(piece)
	default:
	}
	return o.form
}

func (o *opening) decide(piece []byte) {
	beginning := piece
	if len(o.kept) > 0 {
		o.keep(piece)
		beginning = o.kept
	}
	o.form = sse.FormOf(beginning)
	if o.form == sse.Unclear && len(beginning) > openingLimit {
		o.form = sse.Other
	}
	if o.form == sse.Other && o.declared {
		o.form = sse.Events
	}
	switch {
	case o.form != sse.Unclear && o.form != sse.JSON:
		o.kept = nil
	case len(o.kept) == 0:
		o.keep(piece)
	}
}

func (o *opening) keep(piece []byte) {
	o.kept = append(o.kept, piece[:min(len(piece), sse.MaxEvent-len(o.kept))]...)
}

// object returns the JSON object, as far as it was kept.
func (o *opening) object() []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(o.kept, []byte("\ufeff")))
}
