// Package providers says what the engine needs to know of an AI provider.
// Each provider in the folders below turns bytes into the values of package
// account and back; none of them knows of actors, pools or files.
package providers

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// Provider is one AI provider. Implementations are safe for concurrent use
// and keep no state between calls.
type Provider interface {
	// Name is short, lower case and fit for a folder ("anthropic").
	Name() string

	// Owns reports whether credentials may be sent to u: the provider's own
	// hosts, over https, or the host of a BaseURL that was configured.
	Owns(u *url.URL) bool

	// Authorize sets the headers that cred requires, and nothing else, on a
	// request that the caller owns. It replaces credentials already there.
	Authorize(req *http.Request, cred account.Credential)

	// Refresh spends creds.RefreshToken at the token endpoint. The answer's
	// errors are *RefreshError. The caller's ctx bounds the exchange.
	Refresh(ctx context.Context, creds account.Credentials) (account.Grant, error)

	// RefreshTimeout is how long one exchange may take.
	RefreshTimeout() time.Duration

	// Classify reads what an answer says about the account. It allocates
	// nothing for a success without figures.
	Classify(a Answer) account.Verdict
}

// Answer is an upstream answer as [Provider.Classify] sees it.
type Answer struct {
	Status int
	Header http.Header
	// Body is the beginning (at most 64 KiB) of an error's body, nil for successes.
	Body []byte
	Kind account.Kind
	// Model is the one the request named; empty when not known.
	Model string
	Now   time.Time
}

// UsageSource is implemented by providers with an endpoint for quota figures.
type UsageSource interface {
	// Usage asks for the figures of every window.
	Usage(ctx context.Context, cred account.Credential) (Usage, error)
}

// Usage is a usage endpoint's answer.
type Usage struct {
	Plan    string
	Windows []account.UsageWindow
}

// ProfileSource is implemented by providers that can tell whose token it is.
type ProfileSource interface {
	// Profile asks who cred belongs to; fields not told are empty.
	Profile(ctx context.Context, cred account.Credential) (account.Grant, error)
}

// ResourceKeeper is implemented by providers that keep resources which only the
// account that made them can use, such as stored responses and files.
type ResourceKeeper interface {
	// Named returns the ids of such resources that a request names, in its path
	// or its body, which is JSON or empty. It keeps nothing of body.
	Named(req *http.Request, body string) []string
	// Makes reports whether the answer to a request may tell of a resource that
	// it made.
	Makes(req *http.Request, body string) bool
	// Made returns the resource that an answer tells of; empty when its
	// beginning does not.
	Made(beginning []byte) string
}

// MemberLister is implemented by a [ResourceKeeper] that looks at a few members of
// a request's body. In place of the body it is handed an object with these members
// alone, wherever in the body they were, or nothing when there were none. Their
// values are strings, lists with their first string, or literals; what else they
// are, or longer than 256 bytes, is left out. A body is read much faster then.
type MemberLister interface {
	// BodyMembers returns the names of the members, at most 63 bytes each. It is
	// called once.
	BodyMembers() []string
}

// HostsByKind is implemented by providers whose hosts take one kind of account
// each.
type HostsByKind interface {
	// KindFor returns the only kind of account that can serve a request to u, which
	// the provider owns; empty when any can.
	KindFor(u *url.URL) account.Kind
	// Route returns where a request to u goes that an account of the kind serves: u
	// itself, unless the provider is to send it to that kind's host. It does not
	// change u.
	Route(u *url.URL, kind account.Kind) *url.URL
}

// Addressed is implemented by providers that know where their requests go, for
// hosts that pass on requests of others.
type Addressed interface {
	// Base returns the address that the paths of requests for accounts of one kind
	// are below, such as "https://api.openai.com/v1" for "/responses".
	Base(kind account.Kind) string
}

// RefreshError is returned when a token exchange failed.
type RefreshError struct {
	Provider string
	// Status is the HTTP status, 0 when no answer came.
	Status int
	// Code is the OAuth error code (RFC 6749 section 5.2) or the provider's.
	Code string
	// Terminal means that this refresh token will never work again.
	Terminal bool
	// RetryAfter is what the server asked for, zero when it did not.
	RetryAfter time.Duration
	// Err is the transport's error when no answer came.
	Err error
}

// Error says what happened, without the answer's body.
func (e *RefreshError) Error() string { return printable.Text(e.text()) }

func (e *RefreshError) text() string {
	switch {
	case e.Err != nil:
		return fmt.Sprintf("%s: token refresh got no answer: %v", e.Provider, e.Err)
	case e.Code != "":
		return fmt.Sprintf("%s: token refresh refused with %s (HTTP %d)", e.Provider, e.Code, e.Status)
	case e.Status >= 200 && e.Status < 300:
		return fmt.Sprintf("%s: token refresh answered HTTP %d without an access token; look for a proxy or a captive portal in the way", e.Provider, e.Status)
	}
	return fmt.Sprintf("%s: token refresh failed with HTTP %d", e.Provider, e.Status)
}

// Lasts reports whether the refusal is final should it be repeated: the server
// refused with an error code, and none that speaks of its own trouble or of too
// many requests.
func (e *RefreshError) Lasts() bool {
	switch e.Code {
	case "temporarily_unavailable", "server_error", "slow_down":
		return false
	}
	return e.Refused() && e.Status != http.StatusTooManyRequests && e.Status != http.StatusRequestTimeout
}

// Unwrap returns the transport's error.
func (e *RefreshError) Unwrap() error { return e.Err }

// Refused reports whether the server answered with an error code of its own,
// and so did not spend the refresh token. A page, a bare status, a fault of
// the server's (5xx) and no answer prove nothing: the token may be spent.
func (e *RefreshError) Refused() bool {
	return e.Err == nil && e.Code != "" && e.Status < http.StatusInternalServerError
}

// NothingSent reports whether the refresh token surely never left this
// machine: there was no connection to send it on.
func (e *RefreshError) NothingSent() bool {
	var dial *net.OpError
	var certificate *tls.CertificateVerificationError
	return e.Status == 0 && (errors.As(e.Err, &dial) && dial.Op == "dial" || errors.As(e.Err, &certificate))
}
