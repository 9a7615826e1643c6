package anthropic

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// limitsPrefix is what the headers of all limits begin with, in canonical form.
const limitsPrefix = "Anthropic-Ratelimit-"

// The headers of a subscription's limits.
const (
	unifiedPrefix = limitsPrefix + "Unified-"
	unifiedStatus = unifiedPrefix + "Status"
	unifiedReset  = unifiedPrefix + "Reset"
	unifiedClaim  = unifiedPrefix + "Representative-Claim"
	overageStatus = unifiedPrefix + "Overage-Status"
	overageInUse  = unifiedPrefix + "Overage-In-Use"
)

const rejected = "rejected"

// window is a quota window of a subscription, and what the headers say of it.
type window struct {
	// name is what people call it; key is the server's ("7d_opus").
	name, key string
	// family is the models that it counts, empty when it counts all.
	family                     string
	length                     time.Duration
	status, reset, utilization string
}

// unifiedWindows returns the windows that the headers tell of: those that hold
// for every model first. Without any it allocates nothing.
func unifiedWindows(a providers.Answer) []window {
	if !hasUnified(a.Header) {
		return nil
	}
	var windows []window
	for header := range a.Header {
		key := windowKey(header)
		if key == "" || slices.ContainsFunc(windows, func(w window) bool { return w.key == key }) {
			continue
		}
		if w, ok := newWindow(key); ok {
			prefix := header[:len(unifiedPrefix)+len(key)]
			w.status = answer.First(a.Header, prefix+"-Status")
			w.reset = answer.First(a.Header, prefix+"-Reset")
			w.utilization = answer.First(a.Header, prefix+"-Utilization")
			windows = append(windows, w)
		}
	}
	slices.SortFunc(windows, func(a, b window) int {
		return cmp.Or(cmp.Compare(a.family, b.family), cmp.Compare(a.length, b.length))
	})
	return windows
}

// hasUnified reports whether there is anything to read, at the price of a few
// looks.
func hasUnified(h http.Header) bool {
	for _, key := range [...]string{
		unifiedStatus, unifiedClaim, unifiedPrefix + "5h-Status", unifiedPrefix + "5h-Utilization",
		unifiedPrefix + "7d-Status", unifiedPrefix + "7d-Utilization",
	} {
		if len(h[key]) > 0 {
			return true
		}
	}
	return false
}

// windowKey returns the server's key of the window that a header is about,
// empty for every other header.
func windowKey(header string) string {
	rest, ours := strings.CutPrefix(header, unifiedPrefix)
	if !ours {
		return ""
	}
	for _, field := range [...]string{"-Status", "-Reset", "-Utilization"} {
		if key, ok := strings.CutSuffix(rest, field); ok {
			return key
		}
	}
	return ""
}

// newWindow reads a key such as "5h" or "7d_opus". Keys that begin with no
// length are no windows: "overage", "grace-5h".
func newWindow(key string) (window, bool) {
	span, family, _ := strings.Cut(strings.ToLower(key), "_")
	length := spanLength(span)
	if length == 0 {
		return window{}, false
	}
	w := window{key: key, family: family, length: length}
	w.name = answer.WindowName(familyName(family), length, span)
	return w, true
}

// familyName returns what people call the models of a window.
func familyName(family string) string {
	if family == "oi" {
		family = "overage_included"
	}
	return answer.Family(family)
}

// spanLength returns how long "5h" and "7d" are, zero for what is none.
func spanLength(span string) time.Duration {
	if len(span) < 2 {
		return 0
	}
	n, err := strconv.ParseUint(span[:len(span)-1], 10, 8)
	if err != nil {
		return 0
	}
	switch span[len(span)-1] {
	case 'h':
		return time.Duration(n) * time.Hour
	case 'd':
		return time.Duration(n) * 24 * time.Hour
	}
	return 0
}

// spans are the lengths of windows that have a long name.
func spans() [2]struct{ long, short string } {
	return [...]struct{ long, short string }{{"five_hour", "5h"}, {"seven_day", "7d"}}
}

// claimKey returns the key of the window that a long name stands for, as the
// claim of the headers and the usage endpoint have it: "seven_day_opus" is
// "7d_opus". A name of another form is returned as it is.
func claimKey(claim string) string {
	for _, span := range spans() {
		if rest, ok := strings.CutPrefix(claim, span.long); ok && (rest == "" || rest[0] == '_') {
			return span.short + rest
		}
	}
	return claim
}

// claimed returns the window that the answer says decided; it reports false
// when it says nothing of a window.
func claimed(a providers.Answer) (window, bool) {
	return newWindow(claimKey(answer.Word(answer.First(a.Header, unifiedClaim))))
}

// keyBuckets returns the limits of an API key.
func keyBuckets() [4]answer.Bucket {
	return [...]answer.Bucket{
		{Name: "requests", Limit: "Anthropic-Ratelimit-Requests-Limit", Remaining: "Anthropic-Ratelimit-Requests-Remaining", Reset: "Anthropic-Ratelimit-Requests-Reset"},
		{Name: "tokens", Limit: "Anthropic-Ratelimit-Tokens-Limit", Remaining: "Anthropic-Ratelimit-Tokens-Remaining", Reset: "Anthropic-Ratelimit-Tokens-Reset"},
		{Name: "input-tokens", Limit: "Anthropic-Ratelimit-Input-Tokens-Limit", Remaining: "Anthropic-Ratelimit-Input-Tokens-Remaining", Reset: "Anthropic-Ratelimit-Input-Tokens-Reset"},
		{Name: "output-tokens", Limit: "Anthropic-Ratelimit-Output-Tokens-Limit", Remaining: "Anthropic-Ratelimit-Output-Tokens-Remaining", Reset: "Anthropic-Ratelimit-Output-Tokens-Reset"},
	}
}
