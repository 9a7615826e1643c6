package multiaccount

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// walk is one request on its way through the accounts.
type walk struct {
	*transport
	req  *http.Request
	wish policy.Request
	// pin is the host's; wish.Pin may be the account to be asked again.
	pin  string
	plan policy.RetryPlan
	sent bool
	// makes is set when the answer may tell of a resource that it made.
	makes bool
	// streams is set when the body asks for a stream of events.
	streams bool
	// rebound is set once an attempt had another account than the conversation.
	rebound bool
	// last is the latest answer, kept in case no account does better.
	last answer
	// Here because every request needs them: one allocation serves all.
	out     http.Request
	outcome messages.ReportOutcome
	body    leasedBody
}

// answer is one account's: a response or an error.
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
		if err := w.send(leased); err != nil {
			return nil, err
		}
		step, wait := w.plan.Next(&w.last.verdict, leased.Credential.Kind, rand.Float64())
		if step == policy.NextAccount && w.replaced() {
			step = policy.RefreshAccount
		}
		if step == policy.NextAccount && w.pinned() {
			step = policy.Return
		}
		w.note(step)
		if step == policy.Return {
			return w.finish()
		}
		w.report(false)
		if err := w.pause(wait); err != nil {
			w.last.discard()
			return nil, err
		}
		w.turnTo(step, leased.AccountID)
	}
}

// replaced reports whether the token that was refused is not the account's
// latest any more: what was said of it says nothing of the login.
func (w *walk) replaced() bool {
	return w.last.verdict.Class == account.ClassUnauthorized &&
		actors.Replaced(w.req.Context(), w.last.leased.Account, w.last.leased.Generation)
}

// pinned reports whether one account alone can serve: by the host's wish, its
// owner's, or because it made what the request names.
func (w *walk) pinned() bool { return w.pin != "" || w.last.leased.PinnedBy != "" }

// turnTo makes the next lease that of the same account, or of another one.
func (w *walk) turnTo(step policy.Step, tried string) {
	w.wish.Pin, w.wish.Movable = w.pin, false
	switch {
	case step == policy.NextAccount:
		w.wish.Exclude = append(w.wish.Exclude, tried)
	case !w.pinned():
		w.wish.Pin, w.wish.Movable = tried, true
	}
}

// lease gets the next account. One that was to be asked again and cannot
// serve any more makes room for the others.
func (w *walk) lease() (messages.TokenLeased, error) {
	ctx := w.req.Context()
	leased, err := w.pool.lease(ctx, &w.wish)
	if err != nil && w.wish.Pin != w.pin && ctx.Err() == nil {
		w.turnTo(policy.NextAccount, w.wish.Pin)
		return w.pool.lease(ctx, &w.wish)
	}
	return leased, err
}

// giveUp returns the latest answer when there is one that says more than err.
func (w *walk) giveUp(err error) (*http.Response, error) {
	if !w.sent {
		closeBody(w.req)
	}
	if cause := w.req.Context().Err(); cause != nil {
		w.last.discard()
		return nil, cause
	}
	if w.last.saysMoreThan(err) {
		return w.last.resp, w.last.err
	}
	w.last.discard()
	return nil, w.publicError(err)
}

// publicError is the pool's, and knows the request's host.
func (w *walk) publicError(err error) error {
	err = w.pool.publicError(err)
	if none := (*NoAccountOfKindError)(nil); errors.As(err, &none) {
		none.Host = w.req.URL.Host
	}
	return err
}

// saysMoreThan reports whether the caller learns more from the answer than from
// err, why there is no further account. A limit does not: err tells those of all
// accounts, unless none of them can be waited for.
func (a *answer) saysMoreThan(err error) bool {
	if a.resp == nil && a.err == nil {
		return false
	}
	switch a.verdict.Class {
	case account.ClassLimited:
		var refused *messages.RefusalError
		return a.resp.StatusCode != http.StatusTooManyRequests && errors.As(err, &refused) && refused.NeedsOwners()
	case account.ClassRevoked:
		return false
	default:
		return true
	}
}

// send makes the request with one account's credential and has the answer classed.
func (w *walk) send(leased messages.TokenLeased) error {
	w.last = answer{leased: leased}
	a := &w.last
	req, err := w.request()
	if err != nil {
		a.verdict.Class = account.ClassCancelled
		w.report(false)
		return err
	}
	panicked := true
	defer func() {
		if panicked { // the provider or the host's transport; the caller learns of it
			leased.Account.Tell(&messages.ReleaseLease{})
		}
	}()
	w.route(req, leased.Credential.Kind)
	w.pool.provider.Authorize(req, leased.Credential)
	a.resp, a.err = w.base.RoundTrip(req) //nolint:bodyclose // finish and discard see to it
	panicked = false
	a.complete()
	outcome := Outcome{Err: a.err}
	if a.err == nil {
		outcome.Status, outcome.Header, outcome.Body = a.resp.StatusCode, a.resp.Header, a.prefix(w.req.Context())
	}
	if cause := w.req.Context().Err(); cause != nil {
		outcome.Err = cause
	}
	a.verdict = w.pool.verdict(&a.leased, w.wish.Model, outcome)
	w.holdBack()
	return nil
}

// route turns a request to the host of the account's kind.
func (w *walk) route(req *http.Request, kind account.Kind) {
	if w.pool.hosts == nil {
		return
	}
	if to := w.pool.hosts.Route(req.URL, kind); to != req.URL && w.pool.provider.Owns(to) {
		req.URL, req.Host = to, to.Host
	}
}

// errNoAnswer is what a transport means that returns neither an answer nor an
// error.
var errNoAnswer = errors.New("multiaccount: the base transport returned no answer")

// complete adds what a transport of the host's may have left out.
func (a *answer) complete() {
	switch {
	case a.err != nil:
	case a.resp == nil:
		a.err = errNoAnswer
	case a.resp.Body == nil:
		a.resp.Body = http.NoBody
	}
}

// request returns the request to send: a copy, since a round tripper must not
// change the caller's, with the body from its beginning.
func (w *walk) request() (*http.Request, error) {
	out := &w.out
	if w.sent {
		out = &http.Request{} // the transport may still hold the one sent before
	}
	*out = *w.req
	out.Header = shallowCopy(w.req.Header)
	if w.sent && w.req.GetBody != nil {
		body, err := w.req.GetBody()
		if err != nil {
			return nil, err
		}
		out.Body = body
	}
	w.sent = true
	return out, nil
}

// shallowCopy returns a header of its own that shares the values: whoever
// appends to one gets a new slice.
func shallowCopy(h http.Header) http.Header {
	copied := make(http.Header, len(h)+2)
	for key, values := range h {
		copied[key] = values[:len(values):len(values)]
	}
	return copied
}

// discard drops an answer that is not passed on.
func (a *answer) discard() {
	if a.resp == nil {
		return
	}
	_ = a.resp.Body.Close() // a short one was read to its end by now, which keeps the connection
	a.resp = nil
}

// report tells the account what it answered, and waits, so that the next
// request finds the account as this answer left it.
func (w *walk) report(open bool) {
	outcome := w.last.outcome(open)
	actors.ReportAndWait(w.req.Context(), w.last.leased.Account, &outcome)
}

func (a *answer) outcome(open bool) messages.ReportOutcome {
	return messages.ReportOutcome{
		Generation: a.leased.Generation, LeasedAt: a.leased.LeasedAt, Verdict: a.verdict, Open: open,
	}
}

// finish passes an answer on. The request counts as in flight until the
// answer's body is closed or read to its end, or the request's context ends.
func (w *walk) finish() (*http.Response, error) {
	a := &w.last
	switch {
	case a.err != nil:
		w.report(false)
		if cause := w.req.Context().Err(); cause != nil {
			return nil, cause
		}
		return nil, a.err
	case a.resp.Body == http.NoBody:
		w.report(false)
		return a.resp, nil
	}
	w.body.ReadCloser, w.body.account = a.resp.Body, a.leased.Account
	if a.hasNews() {
		w.report(true)
	} else {
		w.outcome = a.outcome(false)
		w.body.outcome = &w.outcome
	}
	if w.makes && a.verdict.Class == account.ClassSuccess {
		w.body.made = &resourceReader{pool: w.pool, account: a.leased.AccountID}
	}
	w.body.watch(w.req.Context())
	a.resp.Body = w.body.asConn()
	return a.resp, nil
}

// hasNews reports whether the account should hear of the answer now. A plain
// success can wait for the end of its body, which is one message less; one
// that streams may take long.
func (a *answer) hasNews() bool {
	v := &a.verdict
	streams := a.resp.ContentLength < 0 || a.resp.StatusCode == http.StatusSwitchingProtocols
	return v.Class != account.ClassSuccess || v.Usage != nil || v.Limits != nil || streams
}

// pause waits before the next attempt, or returns why the request was given up.
func (w *walk) pause(d time.Duration) error {
	ctx := w.req.Context()
	if d == 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
