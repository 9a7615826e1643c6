package roundtrip

import (
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/internal/wait"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// replayLimit is the largest body that may be sent again.
const replayLimit = 32 << 20

// request is one request while it is tried with one account after another.
type request struct {
	*Sender
	base   http.RoundTripper
	req    *http.Request
	search search
	plan   policy.RetryPlan
	sent   bool
	// makes is set when the answer may name a resource that it made.
	makes bool
	// streams is set when the body asks for a stream of events.
	streams bool
	// rebound is set once an attempt used another account than the conversation
	// had.
	rebound bool
	// last is the latest attempt, kept in case no account does better. Its lease is
	// that of the search, until the next account is asked for.
	last   attempt
	reader bodyReader
	// passed is what others hold on to when the round trip has ended; kept is set
	// when one of them holds the request itself.
	passed *passed
	kept   bool
}

// passed is what the base transport and the caller get: one allocation for each
// request.
type passed struct {
	out    http.Request
	body   leasedBody
	report messages.ReportOutcome
}

// begin returns a request that was not tried yet.
func (s *Sender) begin(base http.RoundTripper, req *http.Request) *request {
	r, ok := s.requests.Get().(*request)
	if !ok {
		r = &request{search: search{ask: messages.NewSelectAccount()}}
	}
	r.Sender, r.base, r.req = s, base, req
	return r
}

// end keeps the memory of a request for the next one. A request that panicked is
// left to the collector.
func (r *request) end() {
	sender, ask := r.Sender, r.search.ask
	if r.kept || ask.Lease.Reply.Abandoned() {
		return
	}
	*ask = messages.SelectAccount{Lease: messages.LeaseToken{Reply: ask.Lease.Reply}}
	*r = request{search: search{ask: ask}}
	sender.requests.Put(r)
}

// Replayable reports whether req can be sent a second time.
func Replayable(req *http.Request) bool {
	if req.Body == nil || req.Body == http.NoBody {
		return true
	}
	return req.GetBody != nil && req.ContentLength <= replayLimit
}

// run tries accounts until one answers well or no other can help. It is the only
// loop that does so.
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
		if err := r.try(leased); err != nil {
			return nil, err
		}
		step, wait := r.step()
		r.noteAttempt(step)
		if step == policy.Return {
			return r.finish()
		}
		r.report(false)
		if err := r.wait(wait); err != nil {
			r.last.discard()
			return nil, err
		}
		if step == policy.NextAccount {
			r.search.exclude(leased.AccountID)
		} else {
			r.search.prefer(leased.AccountID, r.pinned())
		}
	}
}

// step decides what follows the latest attempt, and after which wait.
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

// replaced reports whether the account has a newer token than the refused one:
// then the refusal says nothing about the login.
func (r *request) replaced() bool {
	return r.last.report.Verdict.Class == account.ClassUnauthorized &&
		actors.Replaced(r.req.Context(), r.last.leased.Account, r.last.leased.Generation)
}

// pinned reports whether only one account can serve: the host or the owner pinned
// the request, or that account made a resource which the request names.
func (r *request) pinned() bool { return r.search.pin != "" || r.last.leased.PinnedBy != "" }

// noteAttempt tells the pool and the host of an attempt and the step that
// follows.
func (r *request) noteAttempt(next policy.Step) {
	a := &r.last
	r.Accounts.Answered(a.leased.Decision, &a.report.Verdict, next)
	r.rebound = r.rebound || a.leased.Rebound
	tried := Attempt{
		AccountID: a.leased.AccountID, Rebound: r.rebound, Decision: a.leased.Decision, Class: a.report.Verdict.Class, Next: next,
		Model: r.search.ask.Model, Leased: a.leased,
	}
	if a.resp != nil {
		tried.Status = a.resp.StatusCode
	}
	r.Tried(r.req.Context(), tried)
}

// report tells the account the outcome, and waits, so that the next selection
// takes it into account.
func (r *request) report(open bool) {
	report := r.last.report
	report.Open = open
	actors.ReportAndWait(r.req.Context(), r.last.leased.Account, &report)
}

// wait waits before the next attempt, or returns why the request was given up.
func (r *request) wait(d time.Duration) error {
	ctx := r.req.Context()
	if d == 0 {
		return ctx.Err()
	}
	return wait.For(ctx, d)
}

// giveUp returns the latest answer if it says more than err, else err.
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

// finish passes the answer on. The request counts as in flight until the answer's
// body is closed or read to its end, or the request's context ends.
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
	a.resp.Body = r.lease(a)
	return a.resp, nil
}

// lease returns the body of an answer that is passed on.
func (r *request) lease(a *attempt) io.ReadCloser {
	body := &r.passed.body
	body.ReadCloser, body.account = a.resp.Body, a.leased.Account
	if a.hasNews() {
		r.report(true)
	} else {
		r.passed.report = a.report
		body.report = &r.passed.report
	}
	if r.makes && a.report.Verdict.Class == account.ClassSuccess {
		body.made = &resourceReader{sender: r.Sender, account: a.leased.AccountID}
	}
	body.watch(r.req.Context())
	if a.resp.StatusCode == http.StatusSwitchingProtocols {
		return body.asConn()
	}
	return body
}
