package gateway

import (
	"errors"
	"io"
	"math/bits"
	"sync"
	"sync/atomic"
)

// The sizes of pooled buffers: powers of two from 4 KiB to 8 MiB.
const (
	smallestBits = 12
	largestBits  = 23
)

// buffers are pools of memory, one for each size.
type buffers [largestBits - smallestBits + 1]sync.Pool

// get returns a buffer with room for size bytes, which is at most 8 MiB, held once.
func (b *buffers) get(size int) *buffer {
	class := max(bits.Len(uint(max(size, 1)-1)), smallestBits) - smallestBits
	pooled, ok := b[class].Get().(*buffer)
	if !ok {
		pooled = &buffer{pool: &b[class], bytes: make([]byte, 0, 1<<(class+smallestBits))}
	}
	pooled.bytes = pooled.bytes[:0]
	pooled.holders.Store(1)
	return pooled
}

// buffer is memory that goes back to its pool when nobody holds it any more.
type buffer struct {
	pool    *sync.Pool
	bytes   []byte
	holders atomic.Int32
}

func (b *buffer) release() {
	if b.holders.Add(-1) == 0 {
		b.pool.Put(b)
	}
}

// reader returns a reader of the buffer, which holds it until it is closed. A
// transport may read on after its round trip has returned, so that this alone
// tells when the memory is free.
func (b *buffer) reader() io.ReadCloser {
	b.holders.Add(1)
	return &bufferReader{buffer: b}
}

// bufferReader reads a buffer. It may be closed while it is read.
type bufferReader struct {
	mu sync.Mutex
	// buffer is nil once the reader was closed.
	buffer *buffer
	at     int
}

var errReadAfterClose = errors.New("gateway: the request's body was read after it was closed")

// Read implements io.Reader.
func (r *bufferReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.buffer == nil:
		return 0, errReadAfterClose
	case r.at == len(r.buffer.bytes):
		return 0, io.EOF
	}
	n := copy(p, r.buffer.bytes[r.at:])
	r.at += n
	return n, nil
}

// WriteTo implements io.WriterTo: the engine reads a body where it is.
func (r *bufferReader) WriteTo(w io.Writer) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.buffer == nil {
		return 0, errReadAfterClose
	}
	n, err := w.Write(r.buffer.bytes[r.at:])
	r.at += n
	return int64(n), err
}

// writeRest writes what is left, up to a limit. The memory is held meanwhile, so
// that closing does not wait for a slow receiver.
func (r *bufferReader) writeRest(w io.Writer, limit int64) (int64, error) {
	r.mu.Lock()
	held := r.buffer
	if held == nil {
		r.mu.Unlock()
		return 0, errReadAfterClose
	}
	held.holders.Add(1)
	rest := held.bytes[r.at:]
	rest = rest[:min(int64(len(rest)), limit)]
	r.at += len(rest)
	r.mu.Unlock()
	defer held.release()
	n, err := w.Write(rest)
	return int64(n), err
}

// Close implements io.Closer. Closing twice is harmless.
func (r *bufferReader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.buffer != nil {
		r.buffer.release()
		r.buffer = nil
	}
	return nil
}

// copyBufferSize is small enough for thousands of streams.
const copyBufferSize = 12 << 10

// copyBuffers lend the proxy what it copies answers with.
type copyBuffers struct{ pool sync.Pool }

// Get implements [httputil.BufferPool].
func (b *copyBuffers) Get() []byte {
	if pooled, ok := b.pool.Get().(*[copyBufferSize]byte); ok {
		return pooled[:]
	}
	return new([copyBufferSize]byte)[:]
}

// Put implements [httputil.BufferPool].
func (b *copyBuffers) Put(p []byte) { b.pool.Put((*[copyBufferSize]byte)(p)) }
