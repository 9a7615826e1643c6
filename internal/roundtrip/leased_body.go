package roundtrip

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/seed-810f1486/multiaccount/messages"
)

// leasedBody ends the lease when the body was read to its end or closed, or when
// the request's context ends: not every client closes the body then.
type leasedBody struct {
	io.ReadCloser
	account messages.Recipient
	// report is sent at the end; nil when it was sent before.
	report *messages.ReportOutcome
	ended  atomic.Bool
	// made, when set, finds the resource that the answer made.
	made *resourceReader
	// forget stops watching the context; nil for a context that never ends.
	forget func() bool
}

// watch ends the lease when ctx ends.
func (b *leasedBody) watch(ctx context.Context) {
	if ctx.Done() != nil {
		b.forget = context.AfterFunc(ctx, b.release)
	}
}

// Read implements io.Reader.
func (b *leasedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.made != nil && b.made.read(p[:n]) {
		b.made = nil
	}
	if errors.Is(err, io.EOF) {
		b.end()
	}
	return n, err
}

// Close implements io.Closer.
func (b *leasedBody) Close() error {
	err := b.ReadCloser.Close()
	b.end()
	return err
}

func (b *leasedBody) end() {
	if b.forget != nil {
		b.forget()
	}
	b.release()
}

func (b *leasedBody) release() {
	switch {
	case b.ended.Swap(true):
	case b.report != nil:
		b.account.Tell(b.report)
	default:
		b.account.Tell(&messages.ReleaseLease{})
	}
}

// asConn returns a body that can be written to, after a switch of protocols, if the
// answer's body can be.
func (b *leasedBody) asConn() io.ReadCloser {
	if both, ok := b.ReadCloser.(io.ReadWriteCloser); ok {
		return &leasedConn{leasedBody: b, Writer: both}
	}
	return b
}

// leasedConn is a leasedBody that can be written to.
type leasedConn struct {
	*leasedBody
	io.Writer
}
