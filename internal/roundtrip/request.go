package roundtrip

import (
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/policy"
)

// replayLimit is the largest body that is sent again.
const replayLimit = 32 << 20

// request is one request on its way through the accounts.
type request struct {
	*Sender
	base   http.RoundTripper
	req    *http.Request
	search search
	plan   policy.RetryPlan
	sent   bool
	// makes is set when the answer may tell of a resource that it made.
	makes bool
	// streams is set when the body asks for a stream of events.
	streams bool
	// rebound is set once an attempt had another account than the conversation.
	rebound bool
	// last is the latest attempt, kept in case no account does better.
	last attempt
	// Here because every request needs them: one allocation serves all.
	out    http.Request
	reader bodyReader
	body   leasedBody
}

// replayable reports whether req can be sent a second time.
func replayable(req *http.Request) bool {
	if req.Body == nil || req.Body == http.NoBody {
		return true
	}
	return req.GetBody != nil && req.ContentLength <= replayLimit
}

// run tries accounts until one answers well or no other can help. It is the only
// loop that does.
func (r *request) run() (*http.Response, error) {
	for {
		leased, again, err := r.search.next(r.req.Context(), r.Accounts)
		switch {
		case again:
			continue
		case err != nil:
			return r.giveUp(err)
		}
		r.last.discard()
		if err := r.try(&leased); err != nil {
			return nil, err
		}
		step, wait := r.step()
		r.note(step)
		if step == policy.Return {
			return r.finish()
		}
		r.report(false)
		if err := r.pause(wait); err != nil {
			r.last.discard()
			return nil, err
		}
		if step == policy.NextAccount {
			r.search.pass(leased.AccountID)
		} else {
			r.search.again(leased.AccountID, r.pinned())
		}
	}
}

// step decides what follows from the latest attempt, and after how long.
func (r *request) step() (policy.Step, time.Duration) {
	step, wait := r.plan.Next(&r.last.report.Verdict, r.last.leased.Credential.Kind, rand.Float64())
	if step == policy.NextAccount && r.replaced() {
		step = policy.RefreshAccount
	}
	if step == policy.NextAccount && r.pinned() {
		step = policy.Return
	}
	return step, wait
}

// replaced reports whether the token that was refused is not the account's
// latest any more: what was said of it says nothing of the login.
func (r *request) replaced() bool {
	return r.last.report.Verdict.Class == account.ClassUnauthorized &&
		actors.Replaced(r.req.Context(), r.last.leased.Account, r.last.leased.Generation)
}

// pinned reports whether one account alone can serve: by the host's wish, its
// owner's, or because it made what the request names.
func (r *request) pinned() bool { return r.search.pin != "" || r.last.leased.PinnedBy != "" }

// note tells of an attempt, and what follows from its answer.
func (r *request) note(next policy.Step) {
	a := &r.last
	r.Accounts.Answered(a.leased.Decision, &a.report.Verdict, next)
	r.rebound = r.rebound || a.leased.Rebound
	tried := Attempt{
		AccountID: a.leased.AccountID, Rebound: r.rebound, Decision: a.leased.Decision, Class: a.report.Verdict.Class, Next: next,
		Model: r.search.wish.Model, Leased: &a.leased,
	}
	if a.resp != nil {
		tried.Status = a.resp.StatusCode
	}
	r.Tried(r.req.Context(), tried)
}

// report tells the account what it answered, and waits, so that the next
// request finds the account as this answer left it.
func (r *request) report(open bool) {
	report := r.last.report
	report.Open = open
	actors.ReportAndWait(r.req.Context(), r.last.leased.Account, &report)
}

// pause waits before the next attempt, or returns why the request was given up.
func (r *request) pause(d time.Duration) error {
	ctx := r.req.Context()
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

// giveUp returns the latest answer when there is one that says more than err.
func (r *request) giveUp(err error) (*http.Response, error) {
	if !r.sent && r.req.Body != nil {
		_ = r.req.Body.Close() // it will not be sent
	}
	if cause := r.req.Context().Err(); cause != nil {
		r.last.discard()
		return nil, cause
	}
	if r.last.saysMoreThan(err) {
		return r.last.resp, r.last.err
	}
	r.last.discard()
	return nil, r.Refused(err, r.req.URL.Host)
}

// finish passes an answer on. The request counts as in flight until the
// answer's body is closed or read to its end, or the request's context ends.
func (r *request) finish() (*http.Response, error) {
	a := &r.last
	switch {
	case a.err != nil:
		r.report(false)
		if cause := r.req.Context().Err(); cause != nil {
			return nil, cause
		}
		return nil, a.err
	case a.resp.Body == http.NoBody:
		r.report(false)
		return a.resp, nil
	}
	r.body.ReadCloser, r.body.account = a.resp.Body, a.leased.Account
	if a.hasNews() {
		r.report(true)
	} else {
		r.body.report = &a.report
	}
	if r.makes && a.report.Verdict.Class == account.ClassSuccess {
		r.body.made = &resourceReader{sender: r.Sender, account: a.leased.AccountID}
	}
	r.body.watch(r.req.Context())
	a.resp.Body = r.body.asConn()
	return a.resp, nil
}
