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
	// Name is short, lower case, and can name a folder ("anthropic").
	Name() string

	// Owns reports whether credentials may be sent to u. That is so for the
	// provider's own hosts, over https, and for the host of a configured BaseURL.
	Owns(u *url.URL) bool

	// Authorize sets the headers that cred requires, and nothing else. The caller
	// owns the request. Credentials that it has already are replaced.
	Authorize(req *http.Request, cred account.Credential)

	// Refresh exchanges creds.RefreshToken for new tokens at the token endpoint.
	// Errors are *RefreshError. ctx bounds the exchange.
	Refresh(ctx context.Context, creds account.Credentials) (account.Grant, error)

	// RefreshTimeout is how long one exchange may take.
	RefreshTimeout() time.Duration

	// Classify says what an answer means for the account. It allocates nothing for
	// a success without usage figures.
	Classify(a Answer) account.Verdict
}

// Answer is a provider's answer to a request, as [Provider.Classify] sees it.
type Answer struct {
	Status int
	Header http.Header
	// Body is the beginning of an error's body, at most 64 KiB; nil for a success.
	Body []byte
	Kind account.Kind
	// Model is the model that the request named; empty when not known.
	Model string
	Now   time.Time
}

// UsageSource is implemented by providers with an endpoint for quota figures.
type UsageSource interface {
	// Usage asks for the figures of all windows.
	Usage(ctx context.Context, cred account.Credential) (Usage, error)
}

// Usage is the answer of a usage endpoint.
type Usage struct {
	Plan    string
	Windows []account.UsageWindow
}

// UsageTeller is implemented by providers whose own programs ask how much of their
// quota is used. A gateway answers for all accounts of a pool.
type UsageTeller interface {
	// UsagePaths returns the paths of that endpoint, as programs send them.
	UsagePaths() []string
	// TellUsage returns the answer of the endpoint, as JSON.
	TellUsage(u PoolUsage) []byte
}

// PoolUsage is how much of the quota of a pool's logins is used.
type PoolUsage struct {
	// Plan is the plan of one of the logins; empty when none is known.
	Plan string
	// Windows are those of the logins taken together.
	Windows []account.UsageWindow
	// Limited is set while there are logins and none has quota left.
	Limited bool
	Now     time.Time
}

// ProfileSource is implemented by providers that can tell whose token it is.
type ProfileSource interface {
	// Profile asks whose credential it is. Fields that the provider does not tell
	// are empty.
	Profile(ctx context.Context, cred account.Credential) (account.Grant, error)
}

// ResourceKeeper is implemented by providers that store resources which only
// the account that made them can use, such as responses and files.
type ResourceKeeper interface {
	// Named returns the ids of such resources that a request names in its path or
	// its body. body is JSON or empty, and must not be kept.
	Named(req *http.Request, body string) []string
	// Makes reports whether the answer to a request can name a resource that it
	// made.
	Makes(req *http.Request, body string) bool
	// Made returns the id of the resource that an answer made, from the beginning
	// of the answer; empty when it is not there.
	Made(beginning []byte) string
}

// MemberLister is implemented by a [ResourceKeeper] that looks at only a few
// members of a request's body. Instead of the body it then gets an object with
// these members alone, wherever they stood, or nothing if there are none. A value
// is a string, the first string of a list, or a literal; any other value, and one
// longer than 256 bytes, is left out. Reading a body is much faster then.
type MemberLister interface {
	// BodyMembers returns the names of the members, at most 63 bytes each. It is
	// called once.
	BodyMembers() []string
}

// HostsByKind is implemented by providers whose hosts each serve one kind of
// account.
type HostsByKind interface {
	// KindFor returns the only kind of account that can serve a request to u;
	// empty when any kind can. The provider owns u.
	KindFor(u *url.URL) account.Kind
	// Route returns where a request to u goes if an account of that kind serves
	// it: u itself, or an address at the host of that kind, when the provider is
	// configured to send requests there. It does not change u.
	Route(u *url.URL, kind account.Kind) *url.URL
}

// Addressed is implemented by providers that know where their requests go, for
// hosts that forward requests of other programs.
type Addressed interface {
	// Base returns the address below which requests for one kind of account go,
	// such as "https://api.openai.com/v1" for "/responses". A provider that takes one
	// kind returns that kind's address for the other as well.
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
	// RetryAfter is how long the server asks to wait; zero when it does not.
	RetryAfter time.Duration
	// Err is the error of the HTTP transport when no answer came.
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

// Lasts reports whether the refusal is final if it repeats: the server refused
// with an error code, and the code speaks neither of trouble of its own nor of
// too many requests.
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
// and so did not spend the refresh token. A web page, a status without a code,
// a 5xx and no answer prove nothing: the token may be spent.
func (e *RefreshError) Refused() bool {
	return e.Err == nil && e.Code != "" && e.Status < http.StatusInternalServerError
}

// ErrTooLate is in the error of an exchange whose time was over before its token
// was sent.
var ErrTooLate = errors.New("its time was over before anything was sent")

// NothingSent reports whether the refresh token certainly never left this
// machine: there was no connection to send it on, or no time left.
func (e *RefreshError) NothingSent() bool {
	var dial *net.OpError
	var certificate *tls.CertificateVerificationError
	return e.Status == 0 && (errors.As(e.Err, &dial) && dial.Op == "dial" || errors.As(e.Err, &certificate) || errors.Is(e.Err, ErrTooLate))
}
