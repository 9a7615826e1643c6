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
	// MaxAuthFailures in a row make a login count as rejected.
	MaxAuthFailures int
	// RejectedBackoff is the least wait before a rejected login is tried again.
	RejectedBackoff time.Duration
	// AllowPaid is set when the owner lets providers go on at his expense.
	AllowPaid bool
}

// longestRest is the most that the wait for a rejected login grows to.
const longestRest = 5 * time.Minute

// Rest returns how long a login rests that the API has refused so many times in
// a row, before it is tried again. It doubles with each refusal more than make
// it count as rejected.
func (t Tuning) Rest(failures int) time.Duration {
	return Backoff(max(failures-t.MaxAuthFailures+1, 1), t.RejectedBackoff, max(t.RejectedBackoff, longestRest), 1)
}

// Report is what came of one leased request.
type Report struct {
	// Generation is that of the token which was used.
	Generation uint64
	Verdict    account.Verdict
	// LeasedAt is when the request began: what it shows is no newer.
	LeasedAt time.Time
}

// Concerns reports whether the report changes rec at all; the usual success
// does not.
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

// Urgent reports whether what the report says must be stored at once. Figures,
// and what they or a success free, may wait for the save delay.
func (p Report) Urgent() bool {
	return p.Verdict.Class == account.ClassLimited || p.Verdict.Class == account.ClassRevoked || p.Verdict.Class == account.ClassUnauthorized
}

// Learn changes rec by what the report says, at the time now. A success may
// carry limits of its own: what it was billed to is not to be used again.
func (p Report) Learn(rec *account.Record, now time.Time, t Tuning) {
	if p.Verdict.Usage != nil {
		rec.Usage = mergeUsage(rec.Usage, p.Verdict.Usage)
	}
	Evidence{Limits: p.limits(rec, now, t), Freed: p.freed(rec)}.learn(rec, now)
	switch {
	case p.proves(rec):
		p.proveLogin(rec)
	case p.refuses(rec):
		p.refuseToken(rec, now)
	}
}

// frees reports whether the report disproves any of rec's limits.
func (p Report) frees(rec *account.Record) bool {
	return len(rec.Limits) > 0 && frees(p.freed(rec), rec.Limits)
}

// freed returns what the report disproves of rec's limits: a success, those of
// the account and of its model; any other answer, those by windows that it shows
// below their limits. All were seen before the request began.
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

// names returns what a request's model is known by: its tier's name and its own.
func names(model string) []string {
	switch plain := account.Untiered(model); {
	case model == "":
		return nil
	case plain != model:
		return []string{model, plain}
	}
	return []string{model}
}

// limits returns the limits that the answer told of; those whose end it did not
// state have one by guess.
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

// bareReason is that of a limit about which nothing is known.
const bareReason = "rate limit"

// bare is the limit of an answer that says no more than that there is one. It
// is the model's, as far as that is known.
func (p Report) bare(now time.Time) account.Limit {
	l := account.Limit{Scope: account.ScopeAccount, Source: account.FromStatus, Reason: bareReason, SeenAt: now}
	if model := account.Untiered(p.Verdict.Model); model != "" {
		l.Scope, l.Model = account.ScopeModel, model
	}
	return l
}

// Backoff returns how long to wait after the failures-th failure in a row:
// first, doubling to most, times 0.5 to 1 by jitter, which is in [0, 1).
func Backoff(failures int, first, most time.Duration, jitter float64) time.Duration {
	wait := most
	if shift := failures - 1; shift < 30 && first<<max(shift, 0) < most {
		wait = first << max(shift, 0)
	}
	return time.Duration(float64(wait) * (0.5 + jitter/2))
}
