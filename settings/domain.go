package settings

import (
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/tailscale/hujson"
)

// domain is the set of values that a setting can take.
type domain[T any] interface {
	// parse reads a literal of the file; false when it is of another type.
	parse(hujson.Literal) (T, bool)
	contains(T) bool
	// allowed completes the sentence "must be …".
	allowed() string
	// show writes a value as the file would have it.
	show(T) string
}

type boolean struct{}

func (boolean) parse(l hujson.Literal) (bool, bool) {
	return l.Bool(), l.Kind() == 't' || l.Kind() == 'f'
}
func (boolean) contains(bool) bool     { return true }
func (boolean) allowed() string        { return "true or false" }
func (boolean) show(value bool) string { return strconv.FormatBool(value) }

// between is the whole numbers of a closed range.
type between struct{ least, most int }

func atLeast(least int) between { return between{least, math.MaxInt} }

func (b between) parse(l hujson.Literal) (int, bool) {
	n, err := strconv.Atoi(string(l))
	return n, err == nil
}

func (b between) contains(value int) bool { return b.least <= value && value <= b.most }

func (b between) allowed() string {
	if b.most == math.MaxInt {
		return fmt.Sprintf("a whole number, at least %d", b.least)
	}
	return fmt.Sprintf("a whole number from %d to %d", b.least, b.most)
}

func (b between) show(value int) string { return strconv.Itoa(value) }

// span is the durations from least to longest, written as a count of units.
type span struct {
	least, unit time.Duration
	unitName    string
}

func milliseconds() span { return span{0, time.Millisecond, "milliseconds"} }

func seconds(least time.Duration) span { return span{least, time.Second, "seconds"} }

// longest keeps a count of units, and a sum of durations, from overflowing.
const longest = 100 * 365 * 24 * time.Hour

func (d span) parse(l hujson.Literal) (time.Duration, bool) {
	n, err := strconv.ParseInt(string(l), 10, 64)
	limit := int64(longest / d.unit)
	return time.Duration(n) * d.unit, err == nil && -limit <= n && n <= limit
}

func (d span) contains(value time.Duration) bool { return d.least <= value && value <= longest }

func (d span) allowed() string {
	return fmt.Sprintf("a whole number of %s, at least %d and no more than 100 years", d.unitName, d.least/d.unit)
}

func (d span) show(value time.Duration) string {
	return strconv.FormatFloat(float64(value)/float64(d.unit), 'f', -1, 64)
}

type oneOf []Strategy

func (o oneOf) parse(l hujson.Literal) (Strategy, bool) {
	return Strategy(l.String()), l.Kind() == '"'
}

func (o oneOf) contains(value Strategy) bool { return slices.Contains(o, value) }

func (o oneOf) allowed() string {
	var names []string
	for _, s := range o {
		names = append(names, o.show(s))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

func (o oneOf) show(value Strategy) string { return strconv.Quote(string(value)) }

// format is a form that text must have.
type format interface {
	contains(string) bool
	allowed() string
}

// webURL is where credentials may be sent: over TLS (RFC 6749 section 3.2,
// RFC 6750 section 5.3), or without it inside this machine.
type webURL struct{}

func (webURL) contains(value string) bool {
	u, err := url.Parse(value)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.Contains(value, "#") {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

func (webURL) allowed() string {
	return "an https:// URL without user name, password or fragment (http:// only for this machine itself)"
}

// word is text that can stand in a query or a form as it is.
type word struct{}

func (word) contains(value string) bool {
	return value != "" && !strings.ContainsFunc(value, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	})
}

func (word) allowed() string { return "text without spaces" }

// providerName is what [checkProviderName] lets pass.
const providerName = "abcdefghijklmnopqrstuvwxyz0123456789-_."

// checkProviderName refuses what cannot be a provider's name and would
// therefore be set without ever having an effect.
func checkProviderName(name string) error {
	if strings.Trim(name, providerName) == "" && strings.Trim(name, ".") != "" {
		return nil
	}
	return fmt.Errorf("must be a provider's name: lower-case letters, digits, '-', '_' and '.'")
}
