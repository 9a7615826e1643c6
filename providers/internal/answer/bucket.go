package answer

import (
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Bucket is a limit of an API key that is counted for each model, and the headers
// about it in canonical form.
type Bucket struct{ Name, Limit, Remaining, Reset string }

// AddTo adds the bucket to the limits when nothing is left in it.
func (b Bucket) AddTo(e *Evidence, h http.Header) {
	if First(h, b.Remaining) == "0" {
		e.AddReset(b.Name, First(h, b.Reset))
	}
}

// AppendUsage adds the used share of the bucket, if the headers have it.
func (b Bucket) AppendUsage(windows []account.UsageWindow, h http.Header, now time.Time) []account.UsageWindow {
	used, ok := Used(First(h, b.Limit), First(h, b.Remaining))
	if !ok {
		return windows
	}
	return AppendFigure(windows, account.UsageWindow{Name: b.Name, Utilization: used, SeenAt: now, ResetAt: Moment(First(h, b.Reset), now)})
}
