package multiaccount_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/seed-810f1486/multiaccount"
)

// Some clients do not close the body of an answer whose request was cancelled
// meanwhile. The place of the request is free all the same.
func TestCancelledRequestFreesItsPlace(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, pool := openPlain(t, &plainProvider{}, quiet())
		id := add(t, pool, "a", func(a *multiaccount.NewAccount) { a.MaxInFlight = 1 })
		client := &http.Client{Transport: pool.Transport(&upstream{})}
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://provider.test/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if s := statusOf(t, pool, id); s.InFlight != 1 {
			t.Errorf("%d in flight while the body is open", s.InFlight)
		}
		cancel()
		synctest.Wait()
		if s := statusOf(t, pool, id); s.InFlight != 0 || s.State != multiaccount.StateReady {
			t.Errorf("%s, %d in flight after the end of the context", s.State, s.InFlight)
		}
		getOK(t, client)
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if s := statusOf(t, pool, id); s.InFlight != 0 {
			t.Errorf("%d in flight after everything", s.InFlight)
		}
	})
}
