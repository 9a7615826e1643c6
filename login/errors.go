package login

import (
	"errors"
	"fmt"

	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/providers"
)

// Errors that a login ends with. Besides these there are the context's,
// *[providers.LoginError] when an endpoint refused or did not answer, and
// [errors.ErrUnsupported] when the provider has no such way to log in.

// ErrExpired is returned by [Device] when nobody approved the login in time.
var ErrExpired = errors.New("login: the code has expired before anybody approved the login; start again")

// DeniedError is returned when the owner or the provider refused the login.
type DeniedError struct {
	Provider string
	// Code is the provider's word for it, usually "access_denied" (RFC 6749
	// section 4.1.2.1).
	Code string
}

// Error names the provider's word.
func (e *DeniedError) Error() string {
	return printable.Text(fmt.Sprintf("login: %s refused the login: %s", e.Provider, e.Code))
}

// PortTakenError is returned by [Browser] when another program listens on the
// only port to which the provider sends browsers back.
type PortTakenError struct {
	Provider string
	Port     int
	// Err is the error of the operating system.
	Err error
}

// Error says what to do.
func (e *PortTakenError) Error() string {
	return printable.Text(fmt.Sprintf("login: port %d is taken by another program, perhaps another login, and %s sends browsers back to no other; "+
		"end that program, or log in with a device code or by pasting the address", e.Port, e.Provider))
}

// Unwrap returns the error of the operating system.
func (e *PortTakenError) Unwrap() error { return e.Err }

// PasteError says what is wrong with what the owner pasted.
type PasteError struct{ Problem string }

// Error returns the problem.
func (e *PasteError) Error() string { return "login: " + printable.Text(e.Problem) }

// NotStoredError is returned by [Save] when the account that was stored cannot
// be read back.
type NotStoredError struct {
	AccountID string
	Err       error
}

// Error says what to do.
func (e *NotStoredError) Error() string {
	return printable.Text(fmt.Sprintf("login: the account %s was stored but reads back wrong; log in again: %v", e.AccountID, e.Err))
}

// Unwrap returns the error of the reading.
func (e *NotStoredError) Unwrap() error { return e.Err }

func unsupported(p providers.Provider, what string) error {
	return fmt.Errorf("login: %s has no %s: %w", p.Name(), what, errors.ErrUnsupported)
}
