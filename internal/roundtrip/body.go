package roundtrip

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"unsafe"

	"github.com/seed-810f1486/multiaccount/internal/coding"
)

// readBody reads the body of a request that can be sent again. A missing body, or
// one that is not JSON, counts as empty.
func (r *request) readBody() {
	req := r.req
	r.reader = bodyReader{request: r, length: int(req.ContentLength)}
	if req.GetBody != nil && req.ContentLength > 0 && Replayable(req) && isJSON(req.Header) {
		r.reader.read()
	}
	if !r.reader.taken {
		r.askKeeper("")
	}
}

// isJSON reports whether a body may be readable JSON: Codex compresses some with
// zstd.
func isJSON(h http.Header) bool {
	kind := h["Content-Type"]
	return (len(kind) == 0 || strings.Contains(kind[0], "json")) && coding.Known(coding.Of(h))
}

// decodedLimit is how much of a compressed body is read.
const decodedLimit = 8 << 20

// bodyReader gives its request the body that is written to it. The readers of
// packages bytes and strings, which net/http uses for bodies, write everything at
// once, and it is read in place. Other bodies come in pieces and are copied once.
type bodyReader struct {
	request *request
	length  int
	pieces  []byte
	taken   bool
}

func (b *bodyReader) read() {
	body, err := b.request.req.GetBody()
	if err != nil {
		return
	}
	_, err = io.Copy(b, body)
	if errors.Join(err, body.Close()) == nil && !b.taken {
		b.take(b.pieces)
	}
}

// Write implements io.Writer.
func (b *bodyReader) Write(p []byte) (int, error) {
	if len(p) == b.length && b.pieces == nil {
		b.take(p)
		return len(p), nil
	}
	if b.pieces == nil {
		b.pieces = make([]byte, 0, b.length)
	}
	b.pieces = append(b.pieces, p...)
	return len(p), nil
}

// WriteString implements io.StringWriter.
func (b *bodyReader) WriteString(s string) (int, error) {
	if len(s) != b.length || b.pieces != nil || len(coding.Of(b.request.req.Header)) > 0 {
		return b.Write([]byte(s))
	}
	b.taken = true
	b.request.applyBody(s)
	return len(s), nil
}

// take keeps nothing of p, which belongs to the writer. A copy would double the
// cost of a large body (BenchmarkTransport/body=1MB).
func (b *bodyReader) take(p []byte) {
	b.taken = true
	p = coding.Beginning(coding.Of(b.request.req.Header), p, decodedLimit)
	b.request.applyBody(unsafe.String(unsafe.SliceData(p), len(p))) //nolint:gosec // whoever reads it keeps nothing
}
