package policy

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// proves reports whether the report shows that the login works, against which
// something is held. What began before the token was refused shows nothing; and
// a token that can be renewed is not handed out once it was refused.
func (p Report) proves(rec *account.Record) bool {
	switch {
	case p.Verdict.Class != account.ClassSuccess || rec.Generation != p.Generation:
		return false
	case rec.TokenRefused() && rec.Renewable(), rec.RefusedToken.At.After(p.LeasedAt):
		return false
	}
	return rec.AuthFailures > 0 || p.disproves(rec) || !rec.RefusedToken.At.IsZero()
}

// disproves reports whether a success shows that the fault is over. That of a
// refused refresh token is not, however long its access token works.
func (p Report) disproves(rec *account.Record) bool {
	return rec.Fault != nil && !rec.Refused() && rec.Fault.At.Before(p.LeasedAt)
}

// proveLogin clears what stood against the login that has just worked.
func (p Report) proveLogin(rec *account.Record) {
	rec.AuthFailures, rec.RefusedToken = 0, account.RefusedToken{}
	if p.disproves(rec) {
		rec.Fault = nil
	}
}

// refuses reports whether the report is that the API refuses the token or key,
// and news. That many requests were refused with one token is one refusal. A
// key, or a token that cannot be renewed, is refused anew by each request that
// began since; and that the login is revoked says more than a refusal.
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

// refuseToken notes a refusal. It counts as a failure of the login when the
// token had just replaced a refused one, or when no other can be had. The first
// refusal of a token that worked only has it replaced.
func (p Report) refuseToken(rec *account.Record, now time.Time) {
	if rec.Untried() || !rec.Renewable() || p.Verdict.Class == account.ClassRevoked {
		rec.AuthFailures++
	}
	rec.RefusedToken = account.RefusedToken{Generation: p.Generation, At: now}
}

// LoginRejected reports whether the login counts as rejected by this report,
// which made the record after of before: the provider said so, or refused fresh
// tokens too often. What it said of a token that has been replaced since does
// not matter.
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
