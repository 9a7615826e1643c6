package coding

import (
	"errors"
	"io"
	"sync"
)

// How much a body may decode to: so many bytes, and so many more for each byte
// that came. Texts stay far below; what decodes to more was made to cost memory
// and time.
const (
	spareOutput = 1 << 20
	maxRatio    = 256
)

// errBomb is the error of a body that decodes to too much.
var errBomb = errors.New("coding: the body decodes to too much")

// Decoder decodes a body that comes in pieces, on a goroutine of its own, which
// ends with [Decoder.Close] or [Decoder.End]. Its methods may be called
// concurrently; none of them waits for more of the body.
type Decoder struct {
	mu sync.Mutex
	// pieces is closed when no more come; ended is set then.
	pieces chan []byte
	ended  bool
	// wants signals that a piece was used up; done is closed when nothing more is
	// decoded.
	wants chan struct{}
	done  chan struct{}
	// dropped and out belong to the goroutine, except while it waits for a piece.
	dropped bool
	out     func([]byte)
	// err is how decoding ended, once done is closed.
	err error
}

// NewDecoder begins to decode a body with codings, as [Of] returns them. It
// passes the decoded pieces to out, and only while [Decoder.Write] or
// [Decoder.End] runs. out must not keep a piece.
func NewDecoder(codings []string, out func(decoded []byte)) *Decoder {
	d := &Decoder{pieces: make(chan []byte), wants: make(chan struct{}), done: make(chan struct{}), out: out}
	src := &source{decoder: d}
	go d.run(src, newReader(codings, src))
	return d
}

// Write decodes a piece as far as possible. An error says that the body is not
// encoded as its codings say, or decodes to too much: then nothing more of it is
// decoded.
func (d *Decoder) Write(piece []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended || len(piece) == 0 {
		return nil
	}
	select {
	case d.pieces <- piece:
	case <-d.done:
		return d.failure()
	}
	select {
	case <-d.wants:
		return nil
	case <-d.done:
		return d.failure()
	}
}

// failure is nil for a body that has ended.
func (d *Decoder) failure() error {
	if errors.Is(d.err, io.EOF) {
		return nil
	}
	return d.err
}

// End decodes what is left of a body that has ended.
func (d *Decoder) End() { d.finish(false) }

// Close drops what is left.
func (d *Decoder) Close() { d.finish(true) }

func (d *Decoder) finish(drop bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.ended {
		d.ended, d.dropped = true, drop
		close(d.pieces)
	}
	<-d.done
}

// run decodes until the body ends or cannot be decoded.
func (d *Decoder) run(src *source, r *reader) {
	defer close(d.done)
	defer r.close()
	buffer := make([]byte, 4<<10)
	for total := 0; d.err == nil; {
		var n int
		n, d.err = r.Read(buffer)
		if total += n; total > spareOutput+maxRatio*src.taken {
			d.err = errBomb
		}
		if n > 0 && !d.dropped {
			d.out(buffer[:n])
		}
	}
}

// source gives the pieces to the goroutine.
type source struct {
	decoder *Decoder
	piece   []byte
	// begun is set after the first piece.
	begun bool
	taken int
}

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	for len(s.piece) == 0 {
		if s.begun {
			s.decoder.wants <- struct{}{}
		}
		piece, more := <-s.decoder.pieces
		if !more {
			s.begun = false // nobody waits for it to be used up
			return 0, io.EOF
		}
		s.piece, s.begun = piece, true
	}
	n := copy(p, s.piece)
	s.piece = s.piece[n:]
	s.taken += n
	return n, nil
}
