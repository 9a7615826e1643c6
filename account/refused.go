package account

import "time"

// RefusedToken is a token that the API refused.
type RefusedToken struct {
	// Generation is the account's generation that had the token.
	Generation uint64
	// At is when it was refused; zero means that none was.
	At time.Time
}

// Refusals are equal answers with which the token endpoint refused a refresh
// token, while it is not known whether they are final.
type Refusals struct {
	// Code is the OAuth error code.
	Code string
	// Count is how many there were in a row, since the first of them at Since;
	// zero means none.
	Count int
	Since time.Time
}

const (
	// lastingRefusals are how many refusals of a refresh token that say the same
	// are taken for final, when there is lastingTime between the first and the last.
	lastingRefusals = 5
	lastingTime     = 10 * time.Minute
)

// And returns the refusals with one more, which has that code.
func (r Refusals) And(code string, now time.Time) Refusals {
	if r.Code != code {
		r = Refusals{Code: code, Since: now}
	}
	r.Count++
	return r
}

// Final reports whether there were so many refusals, over so long a time, that
// they count as final.
func (r Refusals) Final(now time.Time) bool {
	return r.Count >= lastingRefusals && now.Sub(r.Since) >= lastingTime
}

// TokenRefused reports whether the API refused the token that the account has.
func (r *Record) TokenRefused() bool {
	return !r.RefusedToken.At.IsZero() && r.RefusedToken.Generation == r.Generation
}

// Untried reports whether the token replaced one that the API refused, and no
// answer has come for it yet.
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
