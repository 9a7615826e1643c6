package account

import "time"

// FaultKind says what is wrong with a login.
type FaultKind string

// The faults.
const (
	// FaultReauth: the provider refuses the login for good; the owner must log in again.
	FaultReauth FaultKind = "reauth"
	// FaultLost: a refresh token was spent and the new one was never saved.
	FaultLost FaultKind = "login_lost"
)

// Fault records why a login does not work, since when, and whether the
// account was taken out of the pool for it. The last usable account stays in
// the pool with its fault on record.
type Fault struct {
	Kind     FaultKind
	Reason   string
	At       time.Time
	Disabled bool
	// Terminal is set when the token endpoint has refused the refresh token
	// for good: it is not sent again unless the owner clears the fault.
	Terminal bool
}

// Fail records a fault of the login. Within one generation a lost login stays
// lost, a refused refresh token stays refused and a disabled account stays
// disabled, whatever is found out later.
func (r *Record) Fail(f Fault) {
	if lost := r.loss(); lost != nil {
		f.Kind, f.Reason, f.At = lost.Kind, lost.Reason, lost.At
	}
	if r.Fault != nil {
		f.Disabled = f.Disabled || r.Fault.Disabled
		f.Terminal = f.Terminal || r.Fault.Terminal
	}
	r.Fault = &f
}

// loss returns the fault which says that the login is lost; nil when it is not.
func (r *Record) loss() *Fault {
	if r.Fault != nil && r.Fault.Kind == FaultLost {
		return r.Fault
	}
	return r.Lost
}

// Pardon clears the fault and what led to it, because the owner wants the login
// to be tried once more.
func (r *Record) Pardon() {
	r.Lost, r.Fault = r.loss(), nil
	r.AuthFailures, r.RefusedToken, r.Refusals = 0, RefusedToken{}, Refusals{}
}

// Refused reports whether the refresh token must not be sent any more: the
// token endpoint has refused it for good, or its login is lost.
func (r *Record) Refused() bool {
	return r.Fault != nil && (r.Fault.Terminal || r.Fault.Kind == FaultLost)
}

// Disable takes the account out of the pool because of its login's fault. It
// does nothing if the account has a newer login than that generation, or works
// again.
func (r *Record) Disable(generation uint64) {
	if r.Generation == generation && r.Fault != nil {
		fault := *r.Fault
		fault.Disabled = true
		r.Fail(fault)
	}
}
