package retryafter_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/retryafter"
)

var now = time.Date(2026, 3, 25, 21, 0, 0, 0, time.UTC)

func TestValueReadsEveryForm(t *testing.T) {
	epoch := now.Unix()
	for text, want := range map[string]time.Duration{
		"0":     0,
		"5":     5 * time.Second,
		"120":   2 * time.Minute,
		"1.5":   1500 * time.Millisecond,
		".25":   250 * time.Millisecond,
		"1.898": 1898 * time.Millisecond,
		" 7 ":   7 * time.Second,

		"6m0s":                      6 * time.Minute,
		"1h2m":                      time.Hour + 2*time.Minute,
		"1m26.4s":                   86*time.Second + 400*time.Millisecond,
		"17ms":                      17 * time.Millisecond,
		"250us":                     250 * time.Microsecond,
		"250µs":                     250 * time.Microsecond,
		"1000ns":                    time.Microsecond,
		"2d3h":                      51 * time.Hour,
		"30 seconds":                30 * time.Second,
		"1 Min":                     time.Minute,
		"4 days 20 hours 9 minutes": 116*time.Hour + 9*time.Minute,
		"1 day, 2 hrs":              26 * time.Hour,

		strconv.FormatInt(epoch+90, 10):            90 * time.Second,
		strconv.FormatInt(epoch+90, 10) + ".5":     90*time.Second + 500*time.Millisecond,
		strconv.FormatInt((epoch+90)*1000+250, 10): 90*time.Second + 250*time.Millisecond,

		"Wed, 25 Mar 2026 21:05:00 GMT":     5 * time.Minute,
		"Wednesday, 25-Mar-26 21:05:00 GMT": 5 * time.Minute,
		"Wed Mar 25 21:05:00 2026":          5 * time.Minute,
		"2026-03-25T21:05:00Z":              5 * time.Minute,
		"2026-03-25T23:05:00.5+02:00":       5*time.Minute + 500*time.Millisecond,
	} {
		if got, ok := retryafter.Value(text, now); !ok || got != want {
			t.Errorf("Value(%q) = %v, %v; want %v", text, got, ok, want)
		}
	}
}

func TestValueIsNeverLongerThanMax(t *testing.T) {
	for _, text := range []string{
		"604801", "978307200", "99999999999999999999", strings.Repeat("9", 300), "1w1s", "400000000h",
		strconv.FormatInt(now.AddDate(31, 0, 0).Unix(), 10), "2057-03-25T21:00:00Z", "Fri, 31 Dec 9999 23:59:59 GMT",
	} {
		if got, ok := retryafter.Value(text, now); !ok || got != retryafter.Max {
			t.Errorf("Value(%q) = %v, %v; want %v", text, got, ok, retryafter.Max)
		}
	}
}

func TestValueOfThePastIsNoWait(t *testing.T) {
	for _, text := range []string{
		"1000000000", strconv.FormatInt(now.Unix()-1, 10), strconv.FormatInt(now.UnixMilli()-1, 10),
		"Wed, 25 Mar 2026 20:59:59 GMT", "1995-03-25T21:00:00Z",
	} {
		if got, ok := retryafter.Value(text, now); !ok || got != 0 {
			t.Errorf("Value(%q) = %v, %v; want 0, true", text, got, ok)
		}
	}
}

func TestValueRefusesTheRest(t *testing.T) {
	for _, text := range []string{
		"", " ", "-5", "-5s", "+5", "NaN", "Inf", "1e308", "1e3", "0x10", "5 apples", "31 years", "5,", "1.2.3",
		"soon", "s", "h1", "1h2", "Wed, 25 Foo 2026 21:05:00 GMT", strings.Repeat("9", 400), "null",
	} {
		if got, ok := retryafter.Value(text, now); ok || got != 0 {
			t.Errorf("Value(%q) = %v, %v; want 0, false", text, got, ok)
		}
	}
}

func TestHeaderPrefersMilliseconds(t *testing.T) {
	for name, c := range map[string]struct {
		header map[string]string
		want   time.Duration
		ok     bool
	}{
		"nothing":              {},
		"milliseconds":         {header: map[string]string{"retry-after-ms": "1500"}, want: 1500 * time.Millisecond, ok: true},
		"both":                 {header: map[string]string{"retry-after-ms": "1500", "retry-after": "2"}, want: 1500 * time.Millisecond, ok: true},
		"seconds":              {header: map[string]string{"retry-after": "2"}, want: 2 * time.Second, ok: true},
		"date":                 {header: map[string]string{"retry-after": "Wed, 25 Mar 2026 21:00:09 GMT"}, want: 9 * time.Second, ok: true},
		"milliseconds garbled": {header: map[string]string{"retry-after-ms": "-1", "retry-after": "2"}, want: 2 * time.Second, ok: true},
		"many milliseconds":    {header: map[string]string{"retry-after-ms": "1774472400000"}, want: retryafter.Max, ok: true},
		"garbage":              {header: map[string]string{"retry-after": "a while"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			for key, value := range c.header {
				h.Set(key, value)
			}
			if got, ok := retryafter.Header(h, now); got != c.want || ok != c.ok {
				t.Errorf("Header = %v, %v; want %v, %v", got, ok, c.want, c.ok)
			}
		})
	}
}

func TestBodyReadsEveryForm(t *testing.T) {
	for body, want := range map[string]time.Duration{
		`{"error":{"resets_in_seconds":13872,"resets_at":1}}`:                                                                     13872 * time.Second,
		`{"error":{"resets_in_seconds":"90"}}`:                                                                                    90 * time.Second,
		`{"error":{"resets_in_seconds":null,"resets_at":1774472490}}`:                                                             90 * time.Second,
		`{"error":{"resets_at":"2026-03-25T21:01:30Z"}}`:                                                                          90 * time.Second,
		`{"resets_at":1774472490000}`:                                                                                             90 * time.Second,
		`{"error":"busy","resets_in_seconds":3}`:                                                                                  3 * time.Second,
		`{"error":{"message":"Limit 30000, used 29000. Please try again in 1.5s. See the docs"}}`:                                 1500 * time.Millisecond,
		`{"error":{"message":"Try again in 6m0s."}}`:                                                                              6 * time.Minute,
		`{"error":{"message":"Upgrade or try again in 4 days 20 hours 9 minutes."}}`:                                              116*time.Hour + 9*time.Minute,
		`{"message":"TRY AGAIN IN 20 MS"}`:                                                                                        20 * time.Millisecond,
		`{"error":{"message":"Please retry after 45 seconds."}}`:                                                                  45 * time.Second,
		`{"error":{"message":"You exceeded your current quota. Please retry in 39.5s."}}`:                                         39500 * time.Millisecond,
		`{"error":{"message":"Upgrade to Pro or try again in 3 days 1 hour 8 minutes."}}`:                                         73*time.Hour + 8*time.Minute,
		`{"error":{"message":"Try again in 1h2m3.5s, or later"}}`:                                                                 time.Hour + 2*time.Minute + 3500*time.Millisecond,
		`{"error":{"message":"Please try again in 174ms."}}`:                                                                      174 * time.Millisecond,
		`{"error":{"message":"try again in 1\u00a0hour and 5\u00a0minutes"}}`:                                                     65 * time.Minute,
		`{"error":{"message":"Request was throttled. Expected available in 24 seconds."}}`:                                        24 * time.Second,
		`{"error":{"message":"Please wait about 20 seconds before trying again"}}`:                                                20 * time.Second,
		`{"error":{"message":"Your limit resets in 2 hours"}}`:                                                                    2 * time.Hour,
		`{"error":{"message":"retry after the reset; please retry after 3 s"}}`:                                                   3 * time.Second,
		`{"error":{"message":"You will regain access on 2026-03-26 at 00:00 UTC."}}`:                                              3 * time.Hour,
		`{"detail":"Too many requests, try again in 2 minutes"}`:                                                                  2 * time.Minute,
		`{"error":"Rate limited. Retry after 30 seconds."}`:                                                                       30 * time.Second,
		`{"detail":{"retry_after":12}}`:                                                                                           12 * time.Second,
		`{"error":{"message":"slow","retry_after":120}}`:                                                                          2 * time.Minute,
		`{"error":{"retryAfter":"7"}}`:                                                                                            7 * time.Second,
		`{"error":{"retry_after_ms":1500,"retry_after":9}}`:                                                                       1500 * time.Millisecond,
		`{"retryAfterMs":"250"}`:                                                                                                  250 * time.Millisecond,
		`{"error":{"retry_after_seconds":11}}`:                                                                                    11 * time.Second,
		`{"error":{"reset_after_seconds":13}}`:                                                                                    13 * time.Second,
		`{"error":{"resets_at":1774472490}}`:                                                                                      90 * time.Second,
		`{"error":{"resets_at":"2026-03-25T21:01:30.000+00:00"}}`:                                                                 90 * time.Second,
		`{"error":{"details":{"retryAfter":5}}}`:                                                                                  5 * time.Second,
		`{"error":{"message":"m","details":[{"@type":"google.rpc.Help"},{"@type":"google.rpc.RetryInfo","retryDelay":"3600s"}]}}`: time.Hour,
		`[{"error":{"details":[{"retryDelay":"1.5s"}]}}]`:                                                                         1500 * time.Millisecond,
	} {
		if got, ok := retryafter.Body([]byte(body), now); !ok || got != want {
			t.Errorf("Body(%s) = %v, %v; want %v", body, got, ok, want)
		}
	}
}

func TestBodyWithoutAWait(t *testing.T) {
	for _, body := range []string{
		"", "null", "[]", `"try again in 5s"`, "<p>try again in 5s</p>", `{"error":"slow_down"}`, `{"error":{"message":5}}`,
		`{"error":{"resets_in_seconds":-5}}`, `{"error":{"resets_in_seconds":1e308}}`, `{"error":{"resets_at":{}}}`,
		`{"error":{"message":"try again at Mar 25th, 2026 9:41 PM."}}`, `{"error":{"message":"Your limit resets at 3pm"}}`,
		`{"error":{"message":"retry after 10:30"}}`, `{"error":{"message":"try again in 5 apples"}}`, `{"error":{"message":"20 seconds"}}`,
		`{"error":{"message":"regain access on 2026-13-45 at 00:00 UTC"}}`, `{"error":{"message":"you have 30 seconds"}}`,
		`{"error":{"retry_after":-5}}`, `{"error":{"retry_after":null}}`, `{"error":{"retryDelay":{}}}`, `{"error":{"retry_after_ms":1e400}}`,
		`{"error":{"input":"try again in 5s"}}`, `{"a":{"b":{"retry_after":5}}}`,
		`{"error":{"message":"try again in a moment"}}`, `{"error":{"message":"try again in "}}`, `{"error":{"resets_in_seconds":5`,
	} {
		if got, ok := retryafter.Body([]byte(body), now); ok || got != 0 {
			t.Errorf("Body(%s) = %v, %v; want 0, false", body, got, ok)
		}
	}
}
