// Package coding decodes the bodies of answers that came with a Content-Encoding
// (RFC 9110, section 8.4.1), so that the engine can read them. It knows gzip,
// deflate (RFC 1950, and plain RFC 1951, which some servers send), br (RFC 7932)
// and zstd (RFC 8878).
package coding

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// maxCodings is how many codings one body may have. Each costs memory, and real
// servers apply one.
const maxCodings = 3

// maxWindow is the largest window that RFC 9659 allows for zstd over HTTP.
const maxWindow = 8 << 20

// errUnknown is the error for an unknown coding, and for too many codings.
var errUnknown = errors.New("coding: unknown content coding")

// Of returns the codings of a body, the one applied last first; none for a body
// without a coding.
func Of(h http.Header) []string {
	values := h["Content-Encoding"]
	if len(values) == 0 {
		return nil
	}
	var codings []string
	for name := range strings.SplitSeq(strings.Join(values, ","), ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "" && name != "identity" {
			codings = append(codings, name)
		}
	}
	slices.Reverse(codings)
	return codings
}

// Known reports whether a body with these codings can be decoded.
func Known(codings []string) bool {
	for _, name := range codings {
		switch name {
		case "gzip", "x-gzip", "deflate", "br", "zstd":
		default:
			return false
		}
	}
	return len(codings) <= maxCodings
}

// Beginning decodes the beginning of a body, to at most limit bytes. A body with
// unknown codings, or that is not encoded as they say, is returned unchanged.
func Beginning(codings []string, coded []byte, limit int) []byte {
	if len(codings) == 0 || !Known(codings) {
		return coded
	}
	r := newReader(codings, strings.NewReader(string(coded)))
	defer r.close()
	decoded := make([]byte, 0, min(limit, 4*len(coded)))
	for len(decoded) < limit {
		decoded = slices.Grow(decoded, 512)
		n, err := r.Read(decoded[len(decoded):min(cap(decoded), limit)])
		decoded = decoded[:len(decoded)+n]
		if err != nil {
			break // only the beginning is needed
		}
	}
	if len(decoded) == 0 {
		return coded
	}
	return decoded
}

// reader undoes one coding after another.
type reader struct {
	codings []string
	src     io.Reader
	opened  bool
	closers []func()
}

func newReader(codings []string, src io.Reader) *reader {
	return &reader{codings: codings, src: src}
}

// errPanicked is the error when a decoder panicked on its input.
var errPanicked = errors.New("coding: the decoder panicked")

// Read implements io.Reader. It reads from its source no sooner than it needs
// more, and returns what it decoded before it does.
func (r *reader) Read(p []byte) (n int, err error) {
	defer func() {
		if recover() != nil { // the input may be hostile, and the answer is passed on without it
			n, err = 0, errPanicked
		}
	}()
	for !r.opened {
		if len(r.codings) == 0 {
			r.opened = true
			break
		}
		if r.src, err = r.open(r.codings[0]); err != nil {
			return 0, err
		}
		r.codings = r.codings[1:]
	}
	return r.src.Read(p)
}

// open undoes a coding of src.
func (r *reader) open(name string) (io.Reader, error) {
	switch name {
	case "gzip", "x-gzip":
		return openGzip(r.src)
	case "deflate":
		return openDeflate(r.src)
	case "br":
		return brotli.NewReader(r.src), nil
	case "zstd":
		return r.openZstd()
	}
	return nil, errUnknown
}

func (r *reader) openZstd() (io.Reader, error) {
	d, err := zstd.NewReader(r.src, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, err
	}
	r.closers = append(r.closers, d.Close)
	return d, nil
}

// openDeflate tells from the first two bytes whether the data has the header of
// RFC 1950.
func openDeflate(src io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(src)
	head, err := buffered.Peek(2)
	if err != nil {
		return nil, err
	}
	const deflate, step = 8, 31
	if head[0]&0x0f == deflate && (int(head[0])<<8|int(head[1]))%step == 0 {
		return zlib.NewReader(buffered)
	}
	return flate.NewReader(buffered), nil
}

// members reads one member of a gzip file after another. [gzip.Reader] alone
// would hold the end of a member back until it has seen the next one begin.
type members struct {
	src *bufio.Reader
	gz  *gzip.Reader
	// ended is set between two members.
	ended bool
}

func openGzip(src io.Reader) (io.Reader, error) {
	m := &members{src: bufio.NewReader(src)}
	gz, err := gzip.NewReader(m.src)
	if err != nil {
		return nil, err
	}
	gz.Multistream(false)
	m.gz = gz
	return m, nil
}

// Read implements io.Reader.
func (m *members) Read(p []byte) (int, error) {
	if m.ended {
		if err := m.gz.Reset(m.src); err != nil {
			return 0, err
		}
		m.gz.Multistream(false)
		m.ended = false
	}
	n, err := m.gz.Read(p)
	if errors.Is(err, io.EOF) {
		m.ended, err = true, nil
	}
	return n, err
}

func (r *reader) close() {
	for _, closer := range r.closers {
		closer()
	}
}
