// Package codingtest encodes bodies for tests, as servers do.
package codingtest

import (
	"bytes"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// Raw is a deflate stream without the header of RFC 1950; its Content-Encoding is
// deflate.
const Raw = "raw deflate"

// Names returns the codings that [Encode] knows.
func Names() []string { return []string{"gzip", "deflate", Raw, "br", "zstd"} }

// writer is the common interface of the encoders.
type writer interface {
	io.WriteCloser
	Flush() error
}

// Encode returns what an encoder that is flushed after each piece writes for it,
// and last the encoder's end.
func Encode(name string, pieces ...string) [][]byte {
	var out bytes.Buffer
	w := newWriter(name, &out)
	var coded [][]byte
	take := func(err error) {
		if err != nil {
			panic(err) // a buffer takes all
		}
		coded = append(coded, bytes.Clone(out.Bytes()))
		out.Reset()
	}
	for _, piece := range pieces {
		_, _ = io.WriteString(w, piece)
		take(w.Flush())
	}
	take(w.Close())
	return coded
}

// All returns a text encoded as a whole.
func All(name, text string) []byte { return bytes.Join(Encode(name, text), nil) }

func newWriter(name string, out io.Writer) writer {
	switch name {
	case "gzip":
		return gzip.NewWriter(out)
	case "deflate":
		return zlib.NewWriter(out)
	case Raw:
		w, _ := flate.NewWriter(out, flate.DefaultCompression) // a level that exists
		return w
	case "br":
		return brotli.NewWriter(out)
	case "zstd":
		w, _ := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1)) // no option that can be wrong
		return w
	}
	panic(fmt.Sprintf("codingtest: no coding is called %q", name))
}

// Header is what Content-Encoding says of a coding.
func Header(name string) string {
	if name == Raw {
		return "deflate"
	}
	return name
}
