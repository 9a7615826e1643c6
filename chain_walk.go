package multiaccount

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/chain"
	"github.com/seed-810f1486/multiaccount/providers"
)

// chainWalk is one request on its way along a chain.
type chainWalk struct {
	chain *Chain
	base  http.RoundTripper
	req   *http.Request
	host  choices
	model chain.Model
	// key is the conversation's, before where that was served last.
	key    string
	before chain.Served
	known  bool
	// at is the pool that is asked, last the latest attempt of it.
	at   int
	last Attempt
	// refused has what is wrong with each pool, and nil for one that was not tried;
	// asked counts those that were asked.
	refused []error
	asked   []bool
	// kept is the answer of the only pool that was asked.
	kept *http.Response
	// passed is set once the request's own body is a pool's to close.
	passed bool
}

func newChainWalk(t *chainTransport, req *http.Request) *chainWalk {
	n := len(t.chain.links)
	return &chainWalk{
		chain: t.chain, base: t.base, req: req, host: choicesOf(req.Context()),
		key:     t.chain.links[0].Pool.sender.Conversation(req), //nolint:contextcheck // a request has its own
		refused: make([]error, n), asked: make([]bool, n),
	}
}

// run asks one pool after another.
func (w *chainWalk) run() (*http.Response, error) {
	if w.key != "" {
		w.before, w.known = w.chain.conversations.Last(w.key, time.Now())
	}
	for _, i := range w.order() {
		w.at = i
		req, err := w.request()
		if err != nil {
			w.refused[i] = err
			continue
		}
		w.discard()
		resp, err := w.ask(req)
		refusal := w.refusal(resp, err)
		switch {
		case refusal == nil && err == nil:
			w.served()
			return resp, nil
		case refusal == nil:
			return nil, err
		}
		w.refused[i], w.asked[i], w.kept = refusal, true, resp
	}
	return w.spent()
}

// order returns the pools in the order in which they are asked. A conversation
// stays where it is while the pools before that were passed over not long ago.
func (w *chainWalk) order() []int {
	order := make([]int, 0, len(w.chain.links))
	if w.stays() {
		order = append(order, w.before.Pool)
	}
	for i := range w.chain.links {
		if !slices.Contains(order, i) {
			order = append(order, i)
		}
	}
	return order
}

func (w *chainWalk) stays() bool { return w.known && w.before.Stays(time.Now()) }

// ask sends the request by the pool.
func (w *chainWalk) ask(req *http.Request) (*http.Response, error) {
	w.last = Attempt{}
	pool := w.chain.links[w.at].Pool
	base := w.base
	if base == nil {
		base = pool.base()
	}
	return pool.sender.RoundTrip(base, req)
}

// traced takes in an attempt, and tells the host.
func (w *chainWalk) traced(a Attempt) {
	if w.known && w.before.Pool != w.at {
		a.Moved, a.Rebound = true, true
	}
	w.last = a
	if w.host.trace != nil {
		w.host.trace(a)
	}
}

// refusal returns why the pool cannot serve; nil when it did, or when no other pool
// could do better.
func (w *chainWalk) refusal(resp *http.Response, err error) error {
	gone := w.req.Context().Err() != nil
	switch {
	case !gone && err != nil && (w.last.Class == AttemptNetwork || isThePools(err)):
		return err
	case !gone && err == nil && isRefused(w.last.Class):
		return &RefusedAnswerError{Provider: w.last.Provider, Status: resp.StatusCode, Class: w.last.Class}
	}
	return nil //nolint:nilerr // run returns err
}

// isThePools reports whether an error says that a pool cannot serve now.
func isThePools(err error) bool {
	var all *AllAccountsLimitedError
	var login *ReauthRequiredError
	var trouble *ProviderUnavailableError
	var refresh *providers.RefreshError
	return errors.As(err, &all) || errors.As(err, &login) || errors.As(err, &trouble) || errors.As(err, &refresh) || errors.Is(err, ErrNoAccounts)
}

// isRefused reports whether an answer says that an account, or the provider, cannot
// serve: the pool has tried the others by then.
func isRefused(c AttemptClass) bool {
	switch c {
	case AttemptUnauthorized, AttemptRevoked, AttemptEntitlement, AttemptVerification, AttemptChallenge, AttemptOrganization,
		AttemptLimited, AttemptOverloaded, AttemptServerError, AttemptNetwork:
		return true
	default:
		return false
	}
}

// spent returns the answer or the error of a request that no pool serves.
func (w *chainWalk) spent() (*http.Response, error) {
	e := &ChainSpentError{Chain: w.chain.name}
	asked := 0
	for i := range w.refused {
		if w.asked[i] {
			asked++
			e.RetryAt = earlier(e.RetryAt, retryOf(w.refused[i]))
		}
		e.Pools = append(e.Pools, RefusedPool{w.chain.links[i].provider(), w.refused[i], w.asked[i]})
	}
	switch {
	case asked == 1 && w.kept != nil:
		return w.kept, nil
	case len(w.refused) == 1:
		return nil, w.refused[0]
	}
	w.discard()
	return nil, e
}

// discard drops an answer that is not passed on.
func (w *chainWalk) discard() {
	if w.kept != nil {
		_ = w.kept.Body.Close()
		w.kept = nil
	}
}
