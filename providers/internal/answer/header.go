package answer

import (
	"net/http"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/internal/number"
	"github.com/seed-810f1486/multiaccount/providers/retryafter"
)

// First returns the first value of a header, by its canonical key; it
// allocates nothing.
func First(h http.Header, canonicalKey string) string {
	if values := h[canonicalKey]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Tells reports whether there is a header whose name begins with a prefix, both
// in canonical form.
func Tells(h http.Header, prefix string) bool {
	for key := range h {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// Moment returns the time of a reset; zero when reset names none, or one that has
// passed.
func Moment(reset string, now time.Time) time.Time {
	wait, ok := retryafter.Value(reset, now)
	if !ok || wait == 0 {
		return time.Time{}
	}
	return now.Add(wait).Round(0)
}

// Reset returns preferred if it names a time, else other.
func Reset(preferred, other string, now time.Time) string {
	if _, ok := retryafter.Value(preferred, now); ok {
		return preferred
	}
	return other
}

// Used returns how much of a limit is used up, in percent.
func Used(limit, remaining string) (percent float64, ok bool) {
	whole, told := number.Decimal(limit)
	left, also := number.Decimal(remaining)
	if !told || !also || whole <= 0 {
		return 0, false
	}
	return 100 * (whole - min(left, whole)) / whole, true
}
