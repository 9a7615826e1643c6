package roundtrip

import (
	"bytes"

	"github.com/seed-810f1486/multiaccount/internal/sse"
)

// openingLimit is how much is looked at to tell what a body is.
const openingLimit = 1 << 10

// opening tells by its first bytes what came where a stream was asked for, and
// keeps a JSON object that did.
type opening struct {
	// declared is set when the Content-Type says that it is a stream.
	declared bool
	form     sse.Form
	kept     []byte
}

// look looks at the next piece and returns what the body is, by all that came:
// sse.Unclear, too, may be the beginning of events.
func (o *opening) look(piece []byte) sse.Form {
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

// object returns the JSON object, as far as it is kept.
func (o *opening) object() []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(o.kept, []byte("\ufeff")))
}
