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

// Source is an endpoint that tells about an account. It is immutable and safe
// for concurrent use.
type Source struct {
	Provider string
	URL      string
	// Authorize sets the account's credentials on the request.
	Authorize func(*http.Request)
	// Client comes from [Client].
	Client *http.Client
}

// Get fetches the endpoint's JSON into the struct that into points to; a
// field of another type stays empty. An answer that is not 200 is a
// *[providers.StatusError].
func (s Source) Get(ctx context.Context, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, http.NoBody)
	if err != nil {
		return s.failed(err)
	}
	req.Header.Set("Accept", "application/json")
	s.Authorize(req)
	resp, err := s.Client.Do(req)
	if err != nil {
		return s.failed(err)
	}
	defer func() { _ = resp.Body.Close() }() // what was read counts, not how it ended
	body, err := read(resp.Body)
	switch {
	case resp.StatusCode != http.StatusOK:
		wait, _ := retryafter.Header(resp.Header, time.Now())
		return &providers.StatusError{Provider: s.Provider, Status: resp.StatusCode, RetryAfter: wait}
	case err != nil:
		return s.failed(err)
	case !json.Valid(body):
		return s.failed(errNotJSON)
	}
	_ = json.Unmarshal(body, into) // valid; what does not fit stays empty
	return nil
}

func (s Source) failed(err error) error {
	return fmt.Errorf("%s: asking about the account: %w", s.Provider, cause(err))
}
