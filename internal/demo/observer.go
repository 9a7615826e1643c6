package demo

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// attempt is one time that the engine sent a request.
type attempt struct {
	// account is empty when no answer came.
	account string
	// status is 0 when no answer came.
	status int
}

// trace is what one request met with on its way. The engine makes one attempt
// after the other, so that it needs no lock.
type trace struct {
	attempts []attempt
}

type traceKey struct{}

// traced returns a context whose requests leave a trace.
func traced(ctx context.Context) (context.Context, *trace) {
	t := &trace{}
	return context.WithValue(ctx, traceKey{}, t), t
}

// rotations is how often the request went on to another account.
func (t *trace) rotations() int {
	n, last := 0, ""
	for _, a := range t.attempts {
		if last != "" && a.account != "" && a.account != last {
			n++
		}
		if a.account != "" {
			last = a.account
		}
	}
	return n
}

// answeredBy is the account that answered last.
func (t *trace) answeredBy() string {
	if len(t.attempts) == 0 {
		return ""
	}
	return t.attempts[len(t.attempts)-1].account
}

// String tells the attempts in their order: "ada@example.com 429, - 503".
func (t *trace) String() string {
	parts := make([]string, len(t.attempts))
	for i, a := range t.attempts {
		parts[i] = cmp.Or(a.account, "-") + " " + statusName(a.status)
	}
	return strings.Join(parts, ", ")
}

// observer is the round tripper below the engine: it sees what callers do not.
type observer struct {
	base http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (w observer) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := w.base.RoundTrip(req)
	gaveUp := resp == nil && req.Context().Err() != nil // an answer that is there may be read to its end all the same
	if t, ok := req.Context().Value(traceKey{}).(*trace); ok && !gaveUp {
		t.attempts = append(t.attempts, attemptOf(resp))
	}
	return resp, err
}

func attemptOf(resp *http.Response) attempt {
	if resp == nil {
		return attempt{}
	}
	return attempt{account: resp.Header.Get(providertest.AccountHeader), status: resp.StatusCode}
}
