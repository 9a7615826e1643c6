package gateway

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount"
)

// The shortest and longest pause before a request that waits is tried again. An account
// may be free earlier than was known, when its owner has freed it.
const (
	shortestPause = time.Second
	longestPause  = 30 * time.Second
)

// sender sends an exchange's request through its pool. While no account is free, the
// request waits, for as long as its client may wait.
type sender struct{}

// RoundTrip implements [http.RoundTripper].
func (sender) RoundTrip(req *http.Request) (*http.Response, error) {
	x := exchangeOf(req.Context())
	keeper := x.keepAlive()
	// Not the proxy's context: it would pass on provisional answers (1xx) while the
	// keep-alive writes.
	resp, err := x.send(req.WithContext(x.in.Context())) //nolint:contextcheck // on purpose
	keeper.stop()
	x.body.sent()
	return resp, err
}

func (x *exchange) send(req *http.Request) (*http.Response, error) {
	for {
		resp, err := x.route.transport(x.gateway).RoundTrip(req)
		if err == nil || !x.holds(err) {
			return resp, err
		}
		again := *req
		x.body.attach(&again)
		req = &again
	}
}

// holds waits for the next ask of a request that no account could serve. It
// reports false when there is none.
func (x *exchange) holds(err error) bool {
	retryAt, ok := waits(err)
	if !ok || x.client.MaxWait == 0 || x.body.rest != nil {
		return false
	}
	pause := min(max(time.Until(retryAt), shortestPause), longestPause)
	if end := x.begun.Add(x.client.MaxWait); retryAt.After(end) || time.Now().Add(pause).After(end) {
		return false
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-x.gateway.running.draining():
	case <-x.r.Context().Done():
	}
	return false
}

// waits reports whether waiting helps, and until when; zero when not known.
func waits(err error) (retryAt time.Time, ok bool) {
	var spent *multiaccount.ChainSpentError
	var all *multiaccount.AllAccountsLimitedError
	var trouble *multiaccount.ProviderUnavailableError
	switch {
	case errors.As(err, &spent):
		return spent.RetryAt, slices.ContainsFunc(spent.Pools, func(p multiaccount.RefusedPool) bool {
			_, ok := waits(p.Err)
			return ok
		})
	case errors.As(err, &all):
		return all.RetryAt, !all.RetryAt.IsZero() || !allNeedOwners(all.Accounts)
	case errors.As(err, &trouble):
		return trouble.RetryAt, true
	}
	return time.Time{}, false
}
