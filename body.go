package multiaccount

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// prefixLimit is how much of an error's body is read to class it, and how
// much of a body nobody wants is read so that its connection is kept.
const prefixLimit = 64 << 10

// prefix reads the beginning of an error's body and puts it back.
func (a *answer) prefix() []byte {
	if a.resp.StatusCode < http.StatusBadRequest {
		return nil
	}
	read, err := io.ReadAll(io.LimitReader(a.resp.Body, prefixLimit))
	rest := io.Reader(a.resp.Body)
	if err != nil {
		rest = failingReader{err}
	}
	a.resp.Body = &prefixed{Reader: io.MultiReader(bytes.NewReader(read), rest), Closer: a.resp.Body}
	return read
}

// prefixed is a body whose beginning was read before.
type prefixed struct {
	io.Reader
	io.Closer
}

// failingReader says again why reading stopped.
type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

// endedBody tells when the body has ended.
type endedBody struct {
	io.ReadCloser
	end func()
}

// Read implements io.Reader.
func (b *endedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.end()
	}
	return n, err
}

// Close implements io.Closer.
func (b *endedBody) Close() error {
	err := b.ReadCloser.Close()
	b.end()
	return err
}

// endedConn is a endedBody that can be written to.
type endedConn struct {
	*endedBody
	io.Writer
}

// endingBody returns body, with end called when it was read to its end or
// closed. end must bear being called twice.
func endingBody(body io.ReadCloser, end func()) io.ReadCloser {
	ended := &endedBody{ReadCloser: body, end: end}
	if both, ok := body.(io.ReadWriteCloser); ok {
		return &endedConn{endedBody: ended, Writer: both} // a switched protocol writes to it
	}
	return ended
}
