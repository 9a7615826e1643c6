package settings

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"unicode"
)

// format is a form that text must have.
type format interface {
	contains(string) bool
	allowed() string
	// pattern is a regular expression that lets nothing pass which contains
	// refuses. It may be narrower: a loader knows more than a pattern.
	pattern() string
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

func (webURL) pattern() string {
	const rest = `(:[0-9]{1,5})?([/?]([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$`
	return `^(https://[A-Za-z0-9.-]+|https?://` + loopbackPattern + `)` + rest
}

const (
	octetPattern    = `(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])`
	loopbackPattern = `(localhost|127\.` + octetPattern + `\.` + octetPattern + `\.` + octetPattern + `|\[::1\])`
)

// word is text that can stand in a query or a form as it is.
type word struct{}

func (word) contains(value string) bool {
	return value != "" && !strings.ContainsFunc(value, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	})
}

func (word) allowed() string { return "text without spaces" }

func (word) pattern() string { return "^[!-~]+$" }

// words is a list with single spaces between.
type words struct{}

func (words) contains(value string) bool {
	for _, w := range strings.Split(value, " ") {
		if !(word{}).contains(w) {
			return false
		}
	}
	return true
}

func (words) allowed() string { return "words with single spaces between" }

func (words) pattern() string { return "^[!-~]+( [!-~]+)*$" }

// callbackURL is an address at which this machine itself can listen.
type callbackURL struct{}

func (callbackURL) contains(value string) bool {
	u, err := url.Parse(value)
	return err == nil && u.Scheme == "http" && isLoopback(u.Hostname()) && u.User == nil && !strings.ContainsAny(value, "#?")
}

func (callbackURL) allowed() string {
	return "an http:// address of this machine itself, such as http://127.0.0.1:8085/callback"
}

func (callbackURL) pattern() string {
	const rest = `(:[0-9]{1,5})?(/([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?$`
	return `^http://` + loopbackPattern + rest
}

const (
	// providerName is what [checkProviderName] lets pass, and the same as a
	// pattern.
	providerName        = "abcdefghijklmnopqrstuvwxyz0123456789-_."
	providerNamePattern = "^[a-z0-9_.-]*[a-z0-9_-][a-z0-9_.-]*$"
)

// checkProviderName refuses what cannot be a provider's name and would
// therefore be set without ever having an effect.
func checkProviderName(name string) error {
	if strings.Trim(name, providerName) == "" && strings.Trim(name, ".") != "" {
		return nil
	}
	return fmt.Errorf("must be a provider's name: lower-case letters, digits, '-', '_' and '.'")
}
