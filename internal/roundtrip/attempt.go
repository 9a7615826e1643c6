package roundtrip

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/coding"
	"github.com/seed-810f1486/multiaccount/messages"
)

// attempt is one try of a request: one account's response, or an error.
type attempt struct {
	leased *messages.TokenLeased
	resp   *http.Response
	err    error
	// report is what the account is told, with the provider's verdict on the
	// answer.
	report messages.ReportOutcome
}

// try sends the request with one account's credential and asks the provider what
// the answer means.
func (r *request) try(leased *messages.TokenLeased) error {
	r.last = attempt{leased: leased, report: reportOf(leased)}
	req, err := r.copy()
	if err != nil {
		r.last.report.Verdict.Class = account.ClassCancelled
		r.report(false)
		return err
	}
	r.send(req)
	r.judge()
	r.holdBack()
	return nil
}

// send needs little stack, since the base transport needs much.
func (r *request) send(req *http.Request) {
	a := &r.last
	panicked := true
	defer func() {
		if panicked { // in the provider or the host's transport; the caller gets the panic
			a.leased.Account.Tell(&messages.ReleaseLease{})
		}
	}()
	r.route(req, a.leased.Credential.Kind)
	r.Provider.Authorize(req, a.leased.Credential)
	a.resp, a.err = r.base.RoundTrip(req) //nolint:bodyclose // finish and discard see to it
	panicked = false
}

// judge asks the provider what the answer means.
func (r *request) judge() {
	a := &r.last
	a.complete()
	a.report.Verdict = r.Verdict(a.leased, r.search.ask.Model, a.outcome(r.req.Context()))
}

// copy returns the request to send. It is a copy, since a round tripper must not
// change the caller's, and its body starts from the beginning.
func (r *request) copy() (*http.Request, error) {
	out := &r.passed.out
	if r.sent {
		out = &http.Request{} // the transport may still hold the one sent before
	}
	*out = *r.req
	out.Header = shallowCopy(r.req.Header)
	if r.sent && r.req.GetBody != nil {
		body, err := r.req.GetBody()
		if err != nil {
			return nil, err
		}
		out.Body = body
	}
	r.sent = true
	return out, nil
}

// shallowCopy returns a new header that shares the values: an append to one makes
// a new slice.
func shallowCopy(h http.Header) http.Header {
	copied := maps.Clone(h)
	if copied == nil {
		return http.Header{}
	}
	for key, values := range copied {
		if len(values) < cap(values) {
			copied[key] = slices.Clip(values)
		}
	}
	return copied
}

// route directs a request to the host for the account's kind.
func (r *request) route(req *http.Request, kind account.Kind) {
	if r.Provider.Hosts == nil {
		return
	}
	if to := r.Provider.Hosts.Route(req.URL, kind); to != req.URL && r.Provider.Owns(to) {
		req.URL, req.Host = to, to.Host
	}
}

// errNoAnswer is the error for a transport that returns neither an answer nor an
// error.
var errNoAnswer = errors.New("multiaccount: the base transport returned no answer")

// complete fills in what a host's transport may have left out.
func (a *attempt) complete() {
	switch {
	case a.err != nil:
	case a.resp == nil:
		a.err = errNoAnswer
	case a.resp.Body == nil:
		a.resp.Body = http.NoBody
	}
}

// outcome returns the outcome of the attempt. For an error it reads the beginning
// of the body.
func (a *attempt) outcome(ctx context.Context) Outcome {
	o := Outcome{Err: a.err}
	if a.err == nil {
		o.Status, o.Header, o.Body = a.resp.StatusCode, a.resp.Header, a.prefix(ctx)
	}
	if cause := ctx.Err(); cause != nil {
		o.Err = cause
	}
	return o
}

// How much of an error's body is read to class it, and for how long.
const (
	prefixLimit = 64 << 10
	prefixTime  = 2 * time.Second
)

// prefix reads the beginning of an error's body and puts it back. It returns that
// beginning without its content coding.
func (a *attempt) prefix(ctx context.Context) []byte {
	if a.resp.StatusCode < http.StatusBadRequest || a.resp.Body == http.NoBody {
		return nil
	}
	body := &ahead{body: a.resp.Body}
	a.resp.Body = body
	body.fill(ctx, func() int { return prefixLimit }, prefixTime, func() bool { return false }, func([]byte) {})
	return coding.Beginning(coding.Of(a.resp.Header), body.held, prefixLimit)
}

// discard drops an answer that is not passed on.
func (a *attempt) discard() {
	if a.resp == nil {
		return
	}
	_ = a.resp.Body.Close() // a short body was read to its end, which keeps the connection open
	a.resp = nil
}
