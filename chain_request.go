package multiaccount

import (
	"errors"
	"net/http"
	"slices"

	"github.com/seed-810f1486/multiaccount/internal/roundtrip"
)

// Why a pool is not asked.
var (
	errNotAllowed = errors.New("is not among the pools that the request may use")
	errSentOnce   = errors.New("was not asked: the request's body cannot be sent again")
)

// request returns the request as the pool takes it, or why the pool is not asked.
func (w *chainWalk) request() (*http.Request, error) {
	l := &w.chain.links[w.at]
	if len(w.host.pools) > 0 && !slices.Contains(w.host.pools, l.provider()) {
		return nil, errNotAllowed
	}
	if slices.Contains(w.asked, true) && !roundtrip.Replayable(w.req) {
		return nil, errSentOnce
	}
	model, err := w.model.For(w.req, l.Models)
	if err != nil {
		return nil, err
	}
	c := w.host
	c.trace = w.traced
	if model != "" && c.model != "" {
		c.model = model
	}
	out := w.req.WithContext(with(w.req.Context(), c))
	if w.at > 0 {
		to, err := w.chain.links[0].bases.Move(w.req.URL, l.bases)
		if err != nil {
			return nil, err
		}
		out.URL, out.Host = to, to.Host
	}
	return out, w.attach(out, model)
}

// attach gives the request its model, where that is not empty, and its body: the one
// that it came with the first time.
func (w *chainWalk) attach(out *http.Request, model string) error {
	switch {
	case model != "" && w.model.Rename(out, model):
		return nil
	case !w.passed:
		w.passed = true
		return nil
	case out.GetBody == nil:
		return nil
	}
	var err error
	out.Body, err = out.GetBody()
	return err
}
