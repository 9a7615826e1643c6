package policy

import (
	"slices"
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
}

// Report is what came of one leased request.
type Report struct {
	// Generation is that of the token which was used.
	Generation uint64
	Verdict    account.Verdict
	// CountsAsAuthFailure is set for a token refused although it was fresh.
	CountsAsAuthFailure bool
	// LeasedAt is when the request began: what it shows is no newer.
	LeasedAt time.Time
}

// Concerns reports whether the report changes rec at all; the usual success
// does not.
func (p Report) Concerns(rec *account.Record) bool {
	switch p.Verdict.Class {
	case account.ClassSuccess:
		return len(rec.Limits) > 0 || len(p.Verdict.Limits) > 0 || rec.AuthFailures > 0 || rec.Fault != nil || newFigures(rec.Usage, p.Verdict.Usage)
	case account.ClassLimited, account.ClassRevoked:
		return true
	default:
		return p.CountsAsAuthFailure
	}
}

// Learn changes rec by what the report says, at the time now.
func (p Report) Learn(rec *account.Record, now time.Time, t Tuning) {
	if p.Verdict.Usage != nil {
		rec.Usage = mergeUsage(rec.Usage, p.Verdict.Usage)
	}
	switch {
	case p.Verdict.Class == account.ClassSuccess:
		// A success may carry limits of its own: what it was billed to is not
		// to be used again.
		rec.Limits = mergeLimits(freed(rec.Limits, p.LeasedAt), p.Verdict.Limits, now)
		p.proveLogin(rec)
	case p.Verdict.Class == account.ClassLimited:
		rec.Limits = mergeLimits(rec.Limits, p.limits(now, t), now)
	case p.CountsAsAuthFailure && rec.Generation == p.Generation:
		rec.AuthFailures++
	}
}

// proveLogin clears what stood against the login that has just worked.
func (p Report) proveLogin(rec *account.Record) {
	if rec.Generation != p.Generation {
		return
	}
	rec.AuthFailures = 0
	if rec.Fault != nil && rec.Fault.At.Before(p.LeasedAt) {
		rec.Fault = nil
	}
}

// LoginRejected reports whether rec's login has to count as rejected after
// this report: the provider said so, or refused fresh tokens too often. What
// it said of a token that has been replaced since does not matter.
func (p Report) LoginRejected(rec *account.Record, t Tuning) (reason string, rejected bool) {
	switch {
	case rec.Generation != p.Generation:
		return "", false
	case p.Verdict.Class == account.ClassRevoked:
		return "the provider has revoked the login", true
	case p.CountsAsAuthFailure && rec.AuthFailures >= t.MaxAuthFailures:
		return "the provider refused its tokens too many times in a row", true
	}
	return "", false
}

// limits returns the evidence of a limited answer; without a time from the
// server it is the default's.
func (p Report) limits(now time.Time, t Tuning) []account.Limit {
	if len(p.Verdict.Limits) > 0 {
		return p.Verdict.Limits
	}
	return []account.Limit{{
		Scope: account.ScopeAccount, Source: account.FromStatus, Reason: "rate limit",
		SeenAt: now, Until: now.Add(max(t.DefaultRetryAfter, t.MinBackoff)),
	}}
}

// recentLimit is how long a limit is remembered although it has ended:
// selection prefers accounts that were not limited just now.
const recentLimit = 30 * time.Second

// mergeLimits adds new evidence: for one scope the latest end counts. Limits
// that ended a while ago are dropped.
func mergeLimits(old, seen []account.Limit, now time.Time) []account.Limit {
	var merged []account.Limit
	for _, l := range slices.Concat(old, seen) {
		if l.Until.Before(now) && l.SeenAt.Add(recentLimit).Before(now) {
			continue
		}
		merged = addLimit(merged, l)
	}
	return merged
}

func addLimit(limits []account.Limit, l account.Limit) []account.Limit {
	i := slices.IndexFunc(limits, func(o account.Limit) bool {
		return o.Scope == l.Scope && o.Model == l.Model
	})
	switch {
	case i < 0:
		return append(limits, l)
	case l.Until.After(limits[i].Until):
		l.SeenAt = later(l.SeenAt, limits[i].SeenAt)
		limits[i] = l
	default:
		limits[i].SeenAt = later(l.SeenAt, limits[i].SeenAt)
	}
	return limits
}

// freed drops what a request that began at leasedAt and succeeded disproves:
// the limits of the whole account seen before it began.
func freed(limits []account.Limit, leasedAt time.Time) []account.Limit {
	return without(limits, func(l account.Limit) bool {
		return l.Scope == account.ScopeAccount && l.SeenAt.Before(leasedAt)
	})
}

func without(limits []account.Limit, drop func(account.Limit) bool) []account.Limit {
	if !slices.ContainsFunc(limits, drop) {
		return limits
	}
	return slices.DeleteFunc(slices.Clone(limits), drop)
}

// newFigures reports whether seen says anything that old does not.
func newFigures(old, seen []account.UsageWindow) bool {
	return slices.ContainsFunc(seen, func(w account.UsageWindow) bool {
		return !slices.ContainsFunc(old, func(o account.UsageWindow) bool {
			return o.Name == w.Name && o.Utilization == w.Utilization && o.ResetAt.Equal(w.ResetAt)
		})
	})
}

// mergeUsage replaces the windows that were seen anew.
func mergeUsage(old, seen []account.UsageWindow) []account.UsageWindow {
	merged := slices.Clone(old)
	for _, w := range seen {
		i := slices.IndexFunc(merged, func(o account.UsageWindow) bool { return o.Name == w.Name })
		switch {
		case i < 0:
			merged = append(merged, w)
		case !w.SeenAt.Before(merged[i].SeenAt):
			merged[i] = w
		}
	}
	return merged
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
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
