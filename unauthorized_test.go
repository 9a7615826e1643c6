package multiaccount_test

import (
	"context"
	"net/http"
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount"
)

// expiringUpstream refuses one token, but only once that many requests have
// brought it: as when a token ends early while many requests are under way.
type expiringUpstream struct {
	token string
	crowd sync.WaitGroup
}

func (u *expiringUpstream) RoundTrip(req *http.Request) (*http.Response, error) {
	status := http.StatusOK
	if req.Header.Get("Authorization") == "Bearer "+u.token {
		u.crowd.Done()
		u.crowd.Wait()
		status = http.StatusUnauthorized
	}
	return &http.Response{StatusCode: status, Request: req, Header: http.Header{}, Body: http.NoBody}, nil
}

// TestOneTokenRefusedManyTimesIsOneRefusal is about requests that share a
// token: that all of them are refused says no more than that one is.
func TestOneTokenRefusedManyTimesIsOneRefusal(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		const requests = 16
		provider := &plainProvider{}
		_, pool := openPlain(t, provider, quiet())
		id := add(t, pool, "a")
		upstream := &expiringUpstream{token: "access-a"}
		upstream.crowd.Add(requests)
		client := &http.Client{Transport: pool.Transport(upstream)}

		var callers sync.WaitGroup
		for range requests {
			callers.Go(func() { getOK(t, client) })
		}
		callers.Wait()

		s := statusOf(t, pool, id)
		if s.State != multiaccount.StateReady || s.Failures != 0 {
			t.Errorf("the account is %s (%s) with %d failures of its login, want a ready one without any", s.State, s.Reason, s.Failures)
		}
		if n := provider.refreshes.Load(); n != 1 {
			t.Errorf("%d refreshes, want 1", n)
		}
	})
}

func getOK(t *testing.T, client *http.Client) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://provider.test/", http.NoBody)
	if err != nil {
		t.Error(err)
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Errorf("a request failed: %v", err)
		return
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("a request ended with status %d", resp.StatusCode)
	}
}
