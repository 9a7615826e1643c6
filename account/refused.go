package account

import "time"

// RefusedToken is a token that the API refused.
type RefusedToken struct {
	// Generation is that of the token.
	Generation uint64
	// At is when; zero means that none was refused.
	At time.Time
}

// Refusals are the answers with which the token endpoint refused a refresh
// token, the same each time, when it is not known whether they are meant for
// good.
type Refusals struct {
	// Code is the OAuth error code.
	Code string
	// Count is how many there were in a row, the first of them at Since; zero
	// means none.
	Count int
	Since time.Time
}

const (
	// lastingRefusals are how many refusals of a refresh token that say the same
	// are taken for final, when there is lastingTime between the first and the last.
	lastingRefusals = 5
	lastingTime     = 10 * time.Minute
)

// And returns the refusals with one more, of that code.
func (r Refusals) And(code string, now time.Time) Refusals {
	if r.Code != code {
		r = Refusals{Code: code, Since: now}
	}
	r.Count++
	return r
}

// Final reports whether the refusals have been so many, and gone on for so
// long, that they are meant for good.
func (r Refusals) Final(now time.Time) bool {
	return r.Count >= lastingRefusals && now.Sub(r.Since) >= lastingTime
}

// TokenRefused reports whether the API refused the token that the account has.
func (r *Record) TokenRefused() bool {
	return !r.RefusedToken.At.IsZero() && r.RefusedToken.Generation == r.Generation
}

// Untried reports whether the token came in the place of one that the API
// refused, and has not been answered for yet.
func (r *Record) Untried() bool {
	return !r.RefusedToken.At.IsZero() && r.RefusedToken.Generation != r.Generation
}

// faultOfAPI returns the fault that a new token does not mend, for as long as
// it is untried; nil when there is none. That the refresh token was refused is
// over with a new one.
func (r *Record) faultOfAPI() *Fault {
	if r.Fault == nil || r.Refused() || r.RefusedToken.At.IsZero() {
		return nil
	}
	kept := *r.Fault
	kept.Disabled = false
	return &kept
}
