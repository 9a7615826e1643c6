package retryafter_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/retryafter"
)

// believable is what holds for every answer, whatever the input.
func believable(t *testing.T, d time.Duration, ok bool) {
	t.Helper()
	if d < 0 || d > retryafter.Max {
		t.Errorf("a wait of %v", d)
	}
	if !ok && d != 0 {
		t.Errorf("nothing said, and yet a wait of %v", d)
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, text := range []string{"5", "1.5", "6m0s", "1774472490", "Wed, 25 Mar 2026 21:05:00 GMT", "1e308", "-1", "4 days"} {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, ms, text string) {
		d, ok := retryafter.Value(text, now)
		believable(t, d, ok)
		h := http.Header{"Retry-After": {text}}
		if got, said := retryafter.Header(h, now); got != d && text != "" || said != ok && text != "" {
			t.Errorf("Header says %v, %v and Value %v, %v", got, said, d, ok)
		}
		h["Retry-After-Ms"] = []string{ms}
		d, ok = retryafter.Header(h, now)
		believable(t, d, ok)
	})
}

func FuzzBody(f *testing.F) {
	f.Add([]byte(`{"error":{"resets_in_seconds":13872,"resets_at":1774472490}}`))
	f.Add([]byte(`{"message":"try again in 1.5s"}`))
	f.Add([]byte(`{"error":[]}`))
	f.Add([]byte(`{"error":{"message":"retry after 1 hour and 5 minutes","details":[{"retryDelay":"3600s"}]}}`))
	f.Add([]byte(`{"detail":"You will regain access on 2026-03-26 at 00:00 UTC.","retry_after_ms":"1500"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, ok := retryafter.Body(body, now)
		believable(t, d, ok)
	})
}
