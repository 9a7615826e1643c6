package exchange

import (
	"io"
	"time"

	"github.com/seed-810f1486/multiaccount/providers"
)

// timely is a request's body that is not sent any more once its time is over:
// a process that stood still before it sent a token must not send it when it goes
// on, since others may have spent that token meanwhile.
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
