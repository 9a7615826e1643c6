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

// ahead is a body whose beginning is read before its caller asks for it, for a
// limited time. A read that is still under way then goes on, and its result is
// the first that a reader of the body gets.
type ahead struct {
	body io.ReadCloser
	// held was read and not passed on yet; heldErr is how that reading ended.
	held    []byte
	heldErr error
	// pending is the latest read; waits is set until its result was collected.
	pending *pendingRead
	waits   bool
}

// pendingRead is one read on a goroutine of its own.
type pendingRead struct {
	done chan struct{}
	n    int
	err  error
}

// fill reads until enough returns true, the body ends, as many bytes are held as
// limit allows by then, or timeout is over. taken gets each piece. It returns
// false when ctx ended before.
func (a *ahead) fill(ctx context.Context, limit func() int, timeout time.Duration, enough func() bool, taken func(piece []byte)) bool {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for !enough() && a.heldErr == nil && len(a.held) < limit() {
		a.begin(limit())
		select {
		case <-a.pending.done:
			taken(a.collect())
		case <-timer.C:
			return true
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// begin starts one read behind what is held, on a goroutine. Close waits for it.
func (a *ahead) begin(limit int) {
	a.held = slices.Grow(a.held, min(pieceSize, limit-len(a.held)))
	space := a.held[len(a.held):min(cap(a.held), limit)]
	r := &pendingRead{done: make(chan struct{})}
	a.pending, a.waits = r, true
	go func() {
		defer close(r.done)
		defer func() {
			if recover() != nil { // on the caller's goroutine it would end only the request
				r.err = errReadPanicked
			}
		}()
		r.n, r.err = a.body.Read(space)
	}()
}

// errReadPanicked is the error when the base transport's body panicked.
var errReadPanicked = errors.New("multiaccount: the base transport panicked while its answer was read")

// collect adds the result of the read to what is held, and returns it.
func (a *ahead) collect() []byte {
	r := a.pending
	a.waits = false
	a.held = a.held[:len(a.held)+r.n]
	a.heldErr = r.err
	return a.held[len(a.held)-r.n:]
}

// pass copies what is held to p, and after that returns how reading ended. ok is
// false when there is neither.
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
		a.collect()
	}
	if n, err, ok := a.pass(p); ok {
		return n, err
	}
	return a.body.Read(p)
}

// Close implements io.Closer. When it returns, no read is under way.
func (a *ahead) Close() error {
	err := a.body.Close()
	if a.pending != nil {
		<-a.pending.done
	}
	return err
}
