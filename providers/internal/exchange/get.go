package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/retryafter"
)

// errNotJSON names no part of the answer: it may hold what belongs to the account.
var errNotJSON = errors.New("the answer is not JSON; look for a proxy or a captive portal in the way")

// Source is an endpoint with information about an account. It is immutable and
// safe for concurrent use.
type Source struct {
	Provider string
	URL      string
	// Authorize sets the account's credentials on the request.
	Authorize func(*http.Request)
	// Client comes from [Client].
	Client *http.Client
}

// Get fetches the endpoint's JSON into the struct that into points to; a field of
// another type stays empty. An answer with another status than 200 is a
// *[providers.StatusError].
func (s Source) Get(ctx context.Context, into any) error {
	a, err := s.ask(ctx)
	switch {
	case err != nil:
		return err
	case a.status != http.StatusOK:
		return s.statusError(a)
	case a.broken != nil:
		return s.failed(a.broken)
	case !json.Valid(a.body):
		return s.failed(errNotJSON)
	}
	_ = json.Unmarshal(a.body, into) // valid; what does not fit stays empty
	return nil
}

// fetched is an endpoint's answer; broken is why its body is not complete.
type fetched struct {
	status int
	header http.Header
	body   []byte
	broken error
}

func (s Source) ask(ctx context.Context) (fetched, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, http.NoBody)
	if err != nil {
		return fetched{}, s.failed(err)
	}
	req.Header.Set("Accept", "application/json")
	s.Authorize(req)
	resp, err := s.Client.Do(req)
	if err != nil {
		return fetched{}, s.failed(err)
	}
	defer func() { _ = resp.Body.Close() }() // what was read counts, not how it ended
	body, err := read(resp.Body)
	return fetched{resp.StatusCode, resp.Header, body, err}, nil
}

func (s Source) statusError(a fetched) error {
	wait, _ := retryafter.Header(a.header, time.Now())
	return &providers.StatusError{Provider: s.Provider, Status: a.status, RetryAfter: wait}
}

func (s Source) failed(err error) error {
	return fmt.Errorf("%s: asking about the account: %w", s.Provider, cause(err))
}
