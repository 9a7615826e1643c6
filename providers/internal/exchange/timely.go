package exchange

import (
	"io"
	"time"

	"github.com/seed-810f1486/multiaccount/providers"
)

// timely is a request's body that is not sent after its deadline. A process may be
// stopped before it sends a token. When it goes on, others may have spent that token,
// so it must not send it any more.
type timely struct {
	io.ReadCloser

	deadline time.Time
	begun    bool
}

// Read implements [io.Reader].
func (t *timely) Read(into []byte) (int, error) {
	now := time.Now()
	if !t.begun && (now.After(t.deadline) || now.Round(0).After(t.deadline.Round(0))) {
		return 0, providers.ErrTooLate
	}
	t.begun = true
	return t.ReadCloser.Read(into)
}
