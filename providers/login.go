package providers

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// LoginSource is implemented by providers where an owner can log in with a
// browser: by the authorization code grant (RFC 6749 section 4.1) with a proof
// key (RFC 7636, S256).
type LoginSource interface {
	// Callback returns the redirect address.
	Callback() Callback
	// AuthorizeURL returns the address of the login page for the owner's browser.
	// The error is [errors.ErrUnsupported] when no endpoint is configured.
	AuthorizeURL(r AuthorizationRequest) (string, error)
	// ExchangeCode exchanges an authorization code for tokens. Errors are
	// *LoginError. ctx bounds the exchange.
	ExchangeCode(ctx context.Context, c AuthorizationCode) (account.Grant, error)
}

// Callback is the redirect address that the provider accepts for the client. It
// is an address of this machine (RFC 8252 section 7.3).
type Callback struct {
	// Host is how the address names this machine: "localhost" or "127.0.0.1".
	Host string
	// Port is the only one allowed; 0 means any.
	Port int
	Path string
	// Page is the provider's page that shows the code, for owners whose browser
	// runs on another machine. Empty means that there is none: they copy the
	// address at which their browser ends.
	Page string
}

// AuthorizationRequest has what differs from one login to the next.
type AuthorizationRequest struct {
	RedirectURI string
	// State comes back with the code (RFC 6749 section 10.12).
	State string
	// Challenge is the S256 challenge of the verifier (RFC 7636 section 4.2).
	Challenge string
}

// AuthorizationCode is what a browser brings back from a login. It can be used
// once.
type AuthorizationCode struct {
	Code        account.Secret
	Verifier    account.Secret
	RedirectURI string
	State       string
}

// DeviceSource is implemented by providers where an owner can log in on another
// device: by RFC 8628, or by a similar protocol of the provider.
type DeviceSource interface {
	// StartDevice asks for a code. Errors are *LoginError, and
	// [errors.ErrUnsupported] when no endpoint is configured.
	StartDevice(ctx context.Context) (DeviceLogin, error)
	// PollDevice asks once whether the owner has approved. Until then the error is
	// a *LoginError with the code [AuthorizationPending] or [SlowDown]. A
	// *LoginError with another code ends the login.
	PollDevice(ctx context.Context, d DeviceLogin) (account.Grant, error)
}

// The answers of a poll that is too early (RFC 8628 section 3.5).
const (
	AuthorizationPending = "authorization_pending"
	// SlowDown asks for five seconds more between two polls, from now on.
	SlowDown = "slow_down"
)

// DeviceLogin is a login that waits for its owner to approve it.
type DeviceLogin struct {
	// Code identifies the login in polls.
	Code account.Secret
	// UserCode is what the owner types at URL.
	UserCode string
	URL      string
	// CompleteURL is URL with the code in it; empty when the provider gives none.
	CompleteURL string
	// Interval is the time between two polls.
	Interval time.Duration
	// ExpiresAt is when the code ends; zero when the provider does not say.
	ExpiresAt time.Time
}

// LoginError is returned when a login's exchange failed.
type LoginError struct {
	Provider string
	// Status is the HTTP status, 0 when no answer came.
	Status int
	// Code is the OAuth error code (RFC 6749 section 5.2, RFC 8628 section
	// 3.5) or the provider's; empty when the answer named none.
	Code string
	// Err is the error of the HTTP transport when no answer came.
	Err error
}

// Error says what happened, without the answer's body.
func (e *LoginError) Error() string { return printable.Text(e.text()) }

func (e *LoginError) text() string {
	switch {
	case e.Err != nil:
		return fmt.Sprintf("%s: the login got no answer: %v", e.Provider, e.Err)
	case e.Code != "":
		return fmt.Sprintf("%s: the login was refused with %s (HTTP %d)", e.Provider, e.Code, e.Status)
	case e.Status >= 200 && e.Status < 300:
		return fmt.Sprintf("%s: the login was answered with HTTP %d and nothing of use; look for a proxy or a captive portal in the way", e.Provider, e.Status)
	}
	return fmt.Sprintf("%s: the login failed with HTTP %d", e.Provider, e.Status)
}

// Unwrap returns the transport's error.
func (e *LoginError) Unwrap() error { return e.Err }
