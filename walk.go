package multiaccount

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// walk is one request on its way through the accounts.
type walk struct {
	pool      *Pool
	base      http.RoundTripper
	req       *http.Request
	ctx       context.Context //nolint:containedctx // the request's own
	selection actors.Selection
	// pin is the host's; selection.Pin may be the account to be asked again.
	pin  string
	plan policy.RetryPlan
	sent bool
	// last is the latest answer, kept in case no account does better.
	last *answer
	end  func()
}

// answer is one account's.
type answer struct {
	leased  messages.TokenLeased
	resp    *http.Response
	err     error
	verdict account.Verdict
}

// run asks accounts until one answers well or no other can help.
func (w *walk) run() (*http.Response, error) {
	for {
		leased, err := w.lease()
		if err != nil {
			return w.giveUp(err)
		}
		w.last.discard()
		a, err := w.send(leased)
		if err != nil {
			return nil, err
		}
		w.last = a
		step, wait := w.plan.Next(a.verdict.Class, leased.Credential.Kind, rand.Float64()) //nolint:gosec // spreads retries
		if step == policy.NextAccount && w.pin != "" {
			step = policy.Return
		}
		if step == policy.Return {
			return w.finish(a)
		}
		w.report(a, false)
		if !w.pause(wait) {
			a.discard()
			return nil, w.ctx.Err()
		}
		w.turnTo(step, leased.AccountID)
	}
}

// turnTo makes the next lease that of the same account, or of another one.
func (w *walk) turnTo(step policy.Step, tried string) {
	if step == policy.NextAccount {
		w.selection.Pin = w.pin
		w.selection.Exclude = append(w.selection.Exclude, tried)
		return
	}
	w.selection.Pin = tried
}

// lease gets the next account. One that was to be asked again and cannot
// serve any more makes room for the others.
func (w *walk) lease() (messages.TokenLeased, error) {
	leased, err := w.pool.lease(w.ctx, &w.selection)
	if err != nil && w.selection.Pin != w.pin && w.ctx.Err() == nil {
		w.turnTo(policy.NextAccount, w.selection.Pin)
		return w.pool.lease(w.ctx, &w.selection)
	}
	return leased, err
}

// giveUp returns the latest answer when there is one that says more than err.
func (w *walk) giveUp(err error) (*http.Response, error) {
	if !w.sent {
		closeBody(w.req)
	}
	tellsMore := w.last != nil && w.ctx.Err() == nil &&
		w.last.verdict.Class != account.ClassLimited && w.last.verdict.Class != account.ClassRevoked
	if tellsMore {
		return w.passOn(w.last, w.end)
	}
	w.last.discard()
	if cause := w.req.Context().Err(); cause != nil {
		return nil, cause
	}
	return nil, w.pool.publicError(err)
}

// send makes the request with one account's credential and has the answer classed.
func (w *walk) send(leased messages.TokenLeased) (*answer, error) {
	req, err := w.request()
	if err != nil {
		w.report(&answer{leased: leased, verdict: account.Verdict{Class: account.ClassCancelled}}, false)
		return nil, err
	}
	w.pool.provider.Authorize(req, leased.Credential)
	a := &answer{leased: leased}
	a.resp, a.err = w.base.RoundTrip(req) //nolint:bodyclose // finish and discard see to it
	outcome := Outcome{Err: a.err}
	if a.err == nil {
		outcome.Status, outcome.Header = a.resp.StatusCode, a.resp.Header
		outcome.Body = a.prefix()
	}
	if w.ctx.Err() != nil {
		outcome.Err = w.ctx.Err()
	}
	a.verdict = w.pool.verdict(&leased, w.selection.Model, outcome)
	return a, nil
}

// request returns the request to send: a copy, since a round tripper must not
// change the caller's, with the body from its beginning.
func (w *walk) request() (*http.Request, error) {
	req := w.req.WithContext(w.ctx)
	req.Header = w.req.Header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	if w.sent && w.req.GetBody != nil {
		body, err := w.req.GetBody()
		if err != nil {
			return nil, err
		}
		req.Body = body
	}
	w.sent = true
	return req, nil
}

// discard drops an answer that is not passed on.
func (a *answer) discard() {
	if a == nil || a.resp == nil {
		return
	}
	_, _ = io.CopyN(io.Discard, a.resp.Body, prefixLimit) //nolint:errcheck // only to keep the connection
	_ = a.resp.Body.Close()                               //nolint:errcheck // nobody wants it
	a.resp = nil
}

// report tells the account what it answered. Unless all is well it waits, so
// that the next request finds the account as this answer left it.
func (w *walk) report(a *answer, open bool) {
	outcome := &messages.ReportOutcome{
		Generation: a.leased.Generation, LeasedAt: a.leased.LeasedAt, Verdict: a.verdict, Open: open,
	}
	if a.verdict.Class == account.ClassSuccess {
		a.leased.Account.Tell(outcome)
		return
	}
	actors.ReportAndWait(w.ctx, a.leased.Account, outcome)
}

// finish passes an answer on. The request counts as in flight until the
// answer's body is closed or read to its end.
func (w *walk) finish(a *answer) (*http.Response, error) {
	open := a.err == nil && a.resp.Body != http.NoBody
	w.report(a, open)
	return w.passOn(a, sync.OnceFunc(func() {
		w.end()
		if open {
			a.leased.Account.Tell(&messages.ReleaseLease{})
		}
	}))
}

// passOn hands an answer to the caller; end is called with the end of its body.
func (w *walk) passOn(a *answer, end func()) (*http.Response, error) {
	if a.err != nil {
		if cause := w.req.Context().Err(); cause != nil {
			return nil, cause
		}
		return nil, a.err
	}
	if a.resp.Body != http.NoBody {
		a.resp.Body = endingBody(a.resp.Body, end)
	}
	return a.resp, nil
}

// pause waits before the next attempt; false when the request was given up.
func (w *walk) pause(d time.Duration) bool {
	if d == 0 {
		return w.ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-w.ctx.Done():
		return false
	}
}
