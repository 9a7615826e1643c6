package gateway

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/seed-810f1486/multiaccount/persistence"
)

const (
	// memoryLimit is the largest body that is kept in memory.
	memoryLimit = 1 << largestBits
	// uploadStall is how long the next piece of a body may take.
	uploadStall = time.Minute
)

// body is what a request holds. One that is kept can be read any number of times.
type body struct {
	// size is -1 when not known.
	size   int64
	memory *buffer
	file   *persistence.Spool
	// rest is what follows what is kept, and can be read once.
	rest io.Reader
}

// readBody reads the body of r so that it can be sent again, as far as MaxBody
// allows.
func (g *Gateway) readBody(w *writer, r *http.Request) (*body, *refusal) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return &body{}, nil
	}
	if r.ContentLength > g.config.MaxBody {
		return &body{size: r.ContentLength, rest: r.Body}, nil
	}
	src := &upload{src: r.Body, w: w}
	b, err := g.keep(src, r.ContentLength)
	if err == nil {
		err = src.done()
	}
	if err != nil {
		b.release()
		return nil, uploadRefusal(err)
	}
	return b, nil
}

// keep reads src to its end, or up to MaxBody.
func (g *Gateway) keep(src io.Reader, length int64) (*body, error) {
	if length > memoryLimit {
		return g.spool(&body{}, src, length)
	}
	b := &body{memory: g.buffers.get(int(max(length, 0)))}
	limit := int(min(memoryLimit, g.config.MaxBody))
	for {
		have, room := len(b.memory.bytes), min(cap(b.memory.bytes), limit)
		n, err := src.Read(b.memory.bytes[have:room])
		b.memory.bytes = b.memory.bytes[:have+n]
		b.size = int64(have + n)
		switch {
		case errors.Is(err, io.EOF):
			return b, nil
		case err != nil:
			return b, err
		case have+n == limit:
			return g.spool(b, src, length)
		case have+n == room:
			b.memory = g.grown(b.memory)
		}
	}
}

// grown returns a buffer of twice the size with the same bytes.
func (g *Gateway) grown(old *buffer) *buffer {
	larger := g.buffers.get(2 * cap(old.bytes))
	larger.bytes = append(larger.bytes, old.bytes...)
	old.release()
	return larger
}

// spool keeps a body in a file, beginning with what is in memory. What is more
// than MaxBody follows it once.
func (g *Gateway) spool(b *body, src io.Reader, length int64) (*body, error) {
	file, err := persistence.NewSpool(g.config.SpoolDir)
	if err != nil {
		return b, err
	}
	b.file = file
	if b.memory != nil {
		_, err = file.Write(b.memory.bytes)
		b.sent()
	}
	if err == nil {
		_, err = io.Copy(file, io.LimitReader(src, g.config.MaxBody-file.Size()))
	}
	b.size = file.Size()
	if length < 0 && b.size == g.config.MaxBody {
		b.size, b.rest = -1, src
	}
	return b, err
}

// reader returns the body from its beginning.
func (b *body) reader() (io.ReadCloser, error) {
	switch {
	case b.memory != nil:
		return b.memory.reader(), nil
	case b.file != nil && b.rest != nil:
		return io.NopCloser(io.MultiReader(b.file.Reader(), b.rest)), nil
	case b.file != nil:
		return io.NopCloser(b.file.Reader()), nil
	case b.rest != nil:
		return io.NopCloser(b.rest), nil
	}
	return http.NoBody, nil
}

// attach makes the body that of a request that is sent.
func (b *body) attach(r *http.Request) {
	r.Body, _ = b.reader() // it never fails the first time
	r.ContentLength = b.size
	if b.rest == nil {
		r.GetBody = b.reader
	}
}

// sent gives memory back once the request has its answer. Whoever still reads it
// holds it.
func (b *body) sent() {
	if b.memory != nil {
		b.memory.release()
		b.memory = nil
	}
}

// release ends the use of the body. Calling it twice is harmless.
func (b *body) release() {
	b.sent()
	if b.file != nil {
		_ = b.file.Close() // it is gone either way
		b.file = nil
	}
}

// upload is a body on its way from a client, which must not stop.
type upload struct {
	src io.Reader
	w   *writer
	// until is when the read that is under way is given up.
	until time.Time
}

// Read implements io.Reader.
func (u *upload) Read(p []byte) (int, error) {
	if now := time.Now(); u.until.Sub(now) < uploadStall/2 {
		u.until = now.Add(uploadStall)
		if err := u.w.controller.SetReadDeadline(u.until); errors.Is(err, http.ErrNotSupported) {
			u.until = now.Add(24 * time.Hour) // no server of net/http's; its own limits hold
		}
	}
	return u.src.Read(p)
}

// done ends the deadline: past the body it would end the connection.
func (u *upload) done() error {
	err := u.w.controller.SetReadDeadline(time.Time{})
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// uploadRefusal says what is wrong with a body that did not come.
func uploadRefusal(err error) *refusal {
	var network net.Error
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return &refusal{kind: slow, message: "the request's body stopped coming for a minute"}
	case persistence.IsSpoolError(err):
		return &refusal{kind: down, message: "this gateway cannot keep the request on disk: " + err.Error()}
	}
	return &refusal{kind: badRequest, message: "the request's body cannot be read: " + err.Error()}
}
