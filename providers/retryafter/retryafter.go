// Package retryafter reads how long a server asks its clients to wait, in
// every form in which servers say it. All functions are pure: the time comes
// in as an argument, and what comes out lies between zero and [Max].
package retryafter

import (
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/internal/number"
)

// Max is the longest wait that is believed; longer ones are cut to it.
const Max = 7 * 24 * time.Hour

// Numbers from here on are moments, not waits: seconds of the Unix epoch from
// 2001 on, and milliseconds of it.
const (
	firstEpochSecond      = 1e9
	firstEpochMillisecond = 1e11
	// lastMillisecond is beyond every year that package time can format.
	lastMillisecond = 1e15
)

// Header reads the headers Retry-After-Ms (milliseconds) and Retry-After
// (RFC 9110 section 10.2.3, or anything else that [Value] reads), in this
// order. It reports false when neither says anything.
func Header(h http.Header, now time.Time) (time.Duration, bool) {
	if d, ok := milliseconds(first(h, "Retry-After-Ms")); ok {
		return d, true
	}
	if text := first(h, "Retry-After"); text != "" {
		return Value(text, now)
	}
	return 0, false
}

// Value reads one value: seconds ("5", "1.5"), a duration ("6m0s", "1h2m",
// "4 days 20 hours"), a moment as seconds or milliseconds of the Unix epoch,
// an HTTP date or RFC 3339. A moment that has passed means no wait at all;
// what has none of these forms reports false.
func Value(text string, now time.Time) (time.Duration, bool) {
	text = strings.TrimSpace(text)
	if n, ok := number.Decimal(text); ok {
		return plain(n, now), true
	}
	if d, rest, ok := scan(text); ok && rest == "" {
		return d, true
	}
	if t, ok := date(text); ok {
		return until(t, now), true
	}
	return 0, false
}

// plain tells apart a wait in seconds and a moment by its size.
func plain(n float64, now time.Time) time.Duration {
	switch {
	case n >= firstEpochMillisecond:
		return until(time.UnixMilli(int64(min(n, lastMillisecond))), now)
	case n >= firstEpochSecond:
		whole, part := math.Modf(n)
		return until(time.Unix(int64(whole), int64(part*float64(time.Second))), now)
	}
	return seconds(n)
}

func milliseconds(text string) (time.Duration, bool) {
	ms, ok := number.Decimal(strings.TrimSpace(text))
	if !ok {
		return 0, false
	}
	return seconds(ms / 1000), true
}

func date(text string) (time.Time, bool) {
	if t, err := http.ParseTime(text); err == nil {
		return t, true
	}
	t, err := time.Parse(time.RFC3339, text)
	return t, err == nil
}

func until(t, now time.Time) time.Duration {
	return min(max(t.Sub(now), 0), Max)
}

// seconds expects n to be neither negative nor NaN.
func seconds(n float64) time.Duration {
	if n >= Max.Seconds() {
		return Max
	}
	return time.Duration(math.Round(n * float64(time.Second)))
}

func first(h http.Header, canonicalKey string) string {
	if values := h[canonicalKey]; len(values) > 0 {
		return values[0]
	}
	return ""
}
