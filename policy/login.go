package policy

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// proves reports whether the report shows that a doubted login works. A request
// that began before the token was refused shows nothing. A request with a refused
// token that can be renewed shows nothing either: such a token is not leased.
func (p Report) proves(rec *account.Record) bool {
	switch {
	case p.Verdict.Class != account.ClassSuccess || rec.Generation != p.Generation:
		return false
	case rec.TokenRefused() && rec.Renewable(), rec.RefusedToken.At.After(p.LeasedAt):
		return false
	}
	return rec.AuthFailures > 0 || p.disproves(rec) || !rec.RefusedToken.At.IsZero()
}

// disproves reports whether a success shows that the fault is over. It never does
// for a refused refresh token, however long the access token works.
func (p Report) disproves(rec *account.Record) bool {
	return rec.Fault != nil && !rec.Refused() && rec.Fault.At.Before(p.LeasedAt)
}

// proveLogin clears the faults of a login that has just worked.
func (p Report) proveLogin(rec *account.Record) {
	rec.AuthFailures, rec.RefusedToken = 0, account.RefusedToken{}
	if p.disproves(rec) {
		rec.Fault = nil
	}
}

// refuses reports whether the API refuses the token or key, and whether that is
// new. Many requests refused with one token are one refusal. A key, or a token
// that cannot be renewed, is refused anew by each request that began since. A
// revoked login says more than a refusal.
func (p Report) refuses(rec *account.Record) bool {
	switch {
	case p.Verdict.Class != account.ClassUnauthorized && p.Verdict.Class != account.ClassRevoked:
		return false
	case rec.Generation != p.Generation:
		return false
	case rec.TokenRefused():
		again := !rec.Renewable() && !p.LeasedAt.Before(rec.RefusedToken.At)
		return again || (p.Verdict.Class == account.ClassRevoked && rec.Fault == nil)
	}
	return true
}

// refuseToken records a refusal. It counts as a failure of the login when the
// token had just replaced a refused one, or when no other token can be had. The
// first refusal of a token that worked only causes a refresh.
func (p Report) refuseToken(rec *account.Record, now time.Time) {
	if rec.Untried() || !rec.Renewable() || p.Verdict.Class == account.ClassRevoked {
		rec.AuthFailures++
	}
	rec.RefusedToken = account.RefusedToken{Generation: p.Generation, At: now}
}

// LoginRejected reports whether this report, which changed the record from before
// to after, rejects the login: the provider said so, or refused new tokens too
// often. What it said of a token that was replaced since does not matter.
func (p Report) LoginRejected(before, after *account.Record, t Tuning) (reason string, rejected bool) {
	switch {
	case after.AuthFailures <= before.AuthFailures || after.Generation != p.Generation:
		return "", false
	case p.Verdict.Class == account.ClassRevoked:
		return "the provider has revoked the login", true
	case after.AuthFailures >= t.MaxAuthFailures:
		return "the provider refused its tokens too many times in a row", true
	}
	return "", false
}
