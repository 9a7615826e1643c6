package roundtrip

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"
)

// pieceSize is how much is read ahead at once.
const pieceSize = 4 << 10

// ahead is a body whose beginning is read before its caller asks for it, for no
// longer than may be waited. A read that is under way then goes on, and is the
// first of whoever reads the body.
type ahead struct {
	body io.ReadCloser
	// held was read and not passed on yet, heldErr is how that reading ended.
	held    []byte
	heldErr error
	// pending is the latest read; waits is set until it was taken in.
	pending *pendingRead
	waits   bool
}

// pendingRead is one read on a goroutine of its own.
type pendingRead struct {
	done chan struct{}
	n    int
	err  error
}

// fill reads until enough says so, the body ends, or as many bytes are held as
// limit allows by then, and for no longer than patience. taken is told each
// piece. It returns false when ctx ended before.
func (a *ahead) fill(ctx context.Context, limit func() int, patience time.Duration, enough func() bool, taken func(piece []byte)) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for !enough() && a.heldErr == nil && len(a.held) < limit() {
		a.begin(limit())
		select {
		case <-a.pending.done:
			taken(a.takeIn())
		case <-timer.C:
			return true
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// begin begins to read behind what is held. The goroutine ends with its one
// read, which Close waits for.
func (a *ahead) begin(limit int) {
	a.held = slices.Grow(a.held, min(pieceSize, limit-len(a.held)))
	space := a.held[len(a.held):min(cap(a.held), limit)]
	r := &pendingRead{done: make(chan struct{})}
	a.pending, a.waits = r, true
	go func() {
		defer close(r.done)
		defer func() {
			if recover() != nil { // in the caller's goroutine it would end no more than the request
				r.err = errReadPanicked
			}
		}()
		r.n, r.err = a.body.Read(space)
	}()
}

// errReadPanicked stands for a panic of the base transport.
var errReadPanicked = errors.New("multiaccount: the base transport panicked while its answer was read")

// takeIn takes in what was read, and returns it.
func (a *ahead) takeIn() []byte {
	r := a.pending
	a.waits = false
	a.held = a.held[:len(a.held)+r.n]
	a.heldErr = r.err
	return a.held[len(a.held)-r.n:]
}

// pass passes on what is held, then how reading ended. It reports whether there
// was either.
func (a *ahead) pass(p []byte) (n int, err error, ok bool) { //nolint:revive // ok last, as in a map
	if len(a.held) == 0 {
		a.held = nil
		return 0, a.heldErr, a.heldErr != nil
	}
	n = copy(p, a.held)
	a.held = a.held[n:]
	return n, nil, true
}

// Read implements io.Reader.
func (a *ahead) Read(p []byte) (int, error) {
	if len(a.held) == 0 && a.waits {
		<-a.pending.done
		a.takeIn()
	}
	if n, err, ok := a.pass(p); ok {
		return n, err
	}
	return a.body.Read(p)
}

// Close implements io.Closer. No read is under way any more when it returns.
func (a *ahead) Close() error {
	err := a.body.Close()
	if a.pending != nil {
		<-a.pending.done
	}
	return err
}
