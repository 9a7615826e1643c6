package policy

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Tuning are the settings that decide what an answer does to an account.
type Tuning struct {
	// MinBackoff is the least cooldown when the server named no time.
	MinBackoff time.Duration
	// DefaultRetryAfter is the cooldown when the server named no time.
	DefaultRetryAfter time.Duration
	// MaxAuthFailures is how many failures in a row reject a login.
	MaxAuthFailures int
	// RejectedBackoff is the least wait before a rejected login is tried again.
	RejectedBackoff time.Duration
	// AllowPaid is set when the owner allows providers to continue at the owner's
	// expense.
	AllowPaid bool
}

// longestRest bounds how long a rejected login waits for its next try.
const longestRest = 5 * time.Minute

// Rest returns how long a rejected login waits for its next try after that many
// failures in a row. It doubles with each failure after the one that rejected it.
func (t Tuning) Rest(failures int) time.Duration {
	return Backoff(max(failures-t.MaxAuthFailures+1, 1), t.RejectedBackoff, max(t.RejectedBackoff, longestRest), 1)
}

// Report is the outcome of one leased request.
type Report struct {
	// Generation is that of the token that was used.
	Generation uint64
	Verdict    account.Verdict
	// LeasedAt is when the request began: what its answer shows is no newer.
	LeasedAt time.Time
}

// Concerns reports whether the report changes rec at all. The usual success does
// not.
func (p Report) Concerns(rec *account.Record) bool {
	return p.Weighs(rec) || newFigures(rec.Usage, p.Verdict.Usage)
}

// Weighs reports whether the report changes more of rec than its usage figures.
func (p Report) Weighs(rec *account.Record) bool {
	switch p.Verdict.Class {
	case account.ClassSuccess:
		return p.proves(rec) || p.frees(rec) || len(p.Verdict.Limits) > 0
	case account.ClassLimited, account.ClassRevoked:
		return true
	default:
		return p.refuses(rec) || p.frees(rec) || len(p.Verdict.Limits) > 0
	}
}

// Urgent reports whether the report must be stored at once. Figures, and what
// they or a success free, may be debounced.
func (p Report) Urgent() bool {
	return p.Verdict.Class == account.ClassLimited || p.Verdict.Class == account.ClassRevoked || p.Verdict.Class == account.ClassUnauthorized
}

// ApplyTo changes rec by the report, at the time now. A success may carry limits
// too: the account was billed for paid use, and must not be used again.
func (p Report) ApplyTo(rec *account.Record, now time.Time, t Tuning) {
	if p.Verdict.Usage != nil {
		rec.Usage = mergeUsage(rec.Usage, p.Verdict.Usage)
	}
	Evidence{Limits: p.limits(rec, now, t), Freed: p.freed(rec)}.mergeInto(rec, now)
	switch {
	case p.proves(rec):
		p.proveLogin(rec)
	case p.refuses(rec):
		p.refuseToken(rec, now)
	}
}

// frees reports whether the report frees any of rec's limits.
func (p Report) frees(rec *account.Record) bool {
	return len(rec.Limits) > 0 && frees(p.freed(rec), rec.Limits)
}

// freed returns what the report frees: a success frees the limits of the account
// and of its model; any other answer frees the limits of windows that it shows
// below their limits. Only limits seen before the request began are freed.
func (p Report) freed(rec *account.Record) []account.Freed {
	scopes := []account.Freed{{Scope: account.ScopeAccount, At: p.LeasedAt}}
	for _, model := range names(p.Verdict.Model) {
		scopes = append(scopes, account.Freed{Scope: account.ScopeModel, Model: model, At: p.LeasedAt})
	}
	if p.Verdict.Class == account.ClassSuccess {
		return scopes
	}
	var freed []account.Freed
	for _, s := range scopes {
		freed = belowLimit(freed, p.Verdict.Usage, s)
	}
	return append(freed, withRoom(rec, p.Verdict.Usage, p.LeasedAt)...)
}

// names returns the names of a request's model: with its tier, and without.
func names(model string) []string {
	switch plain := account.Untiered(model); {
	case model == "":
		return nil
	case plain != model:
		return []string{model, plain}
	}
	return []string{model}
}

// limits returns the limits in the answer. A limit without a stated end gets a
// guessed one.
func (p Report) limits(rec *account.Record, now time.Time, t Tuning) []account.Limit {
	told := p.Verdict.Limits
	if p.Verdict.Class == account.ClassLimited && len(told) == 0 {
		told = []account.Limit{p.bare(now)}
	}
	var limits []account.Limit
	for _, l := range told {
		if l.Paid && t.AllowPaid {
			continue
		}
		if l.Until.IsZero() {
			l.Unstated = true
			l.Until = now.Add(guess(l, rec, now, t))
		}
		limits = append(limits, l)
	}
	return limits
}

// bareReason is the reason of a limit about which nothing is known.
const bareReason = "rate limit"

// bare is the limit of an answer that only says that there is one. It holds for
// the model, if that is known.
func (p Report) bare(now time.Time) account.Limit {
	l := account.Limit{Scope: account.ScopeAccount, Source: account.FromStatus, Reason: bareReason, SeenAt: now}
	if model := account.Untiered(p.Verdict.Model); model != "" {
		l.Scope, l.Model = account.ScopeModel, model
	}
	return l
}

// Backoff returns how long to wait after that many failures in a row: first,
// doubling up to most, times 0.5 to 1 by jitter, which is in [0, 1).
func Backoff(failures int, first, most time.Duration, jitter float64) time.Duration {
	wait := most
	if shift := failures - 1; shift < 30 && first<<max(shift, 0) < most {
		wait = first << max(shift, 0)
	}
	return time.Duration(float64(wait) * (0.5 + jitter/2))
}
