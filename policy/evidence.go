package policy

import (
	"cmp"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Evidence is what is known of limits: those seen, and what freed some of them
// since. The evidence of an account is in its record, that of a pool in the
// pool's state.
//
// Merging is commutative, associative and idempotent. Evidence may arrive in any
// order, more than once, and from several processes, each of which merges it into
// what is stored then. The zero value is no evidence. Evidence is a value;
// merging makes new slices.
type Evidence struct {
	Limits []account.Limit
	Freed  []account.Freed
}

const (
	// longestLimit bounds how long a limit lasts, whatever a server says.
	longestLimit = 7 * 24 * time.Hour
	// mostEvidence bounds the limits of one record, and the entries that free
	// them.
	mostEvidence = 64
)

// EvidenceOf returns what rec knows.
func EvidenceOf(rec *account.Record) Evidence { return Evidence{Limits: rec.Limits, Freed: rec.Freed} }

// Merge returns what both know together. Freed limits are left out, and so is
// what another entry says already.
func (e Evidence) Merge(o Evidence) Evidence {
	freed := slices.Concat(e.Freed, o.Freed)
	slices.SortFunc(freed, compareFreed)
	freed = strongest(freed, account.Freed.Implies)
	limits := slices.DeleteFunc(slices.Concat(e.Limits, o.Limits), func(l account.Limit) bool { return isFree(l, freed) })
	slices.SortFunc(limits, compareLimits)
	return Evidence{Limits: strongest(limits, outlasts), Freed: freed}
}

// At leaves out what no longer matters at now: limits that ended a while ago, and
// entries that free limits which would all have ended.
func (e Evidence) At(now time.Time) Evidence {
	e.Limits = without(e.Limits, func(l account.Limit) bool {
		return recalled(l).Before(now)
	})
	e.Freed = without(e.Freed, func(f account.Freed) bool { return f.At.Add(longestLimit).Before(now) })
	e.Limits = bounded(e.Limits, func(a, b account.Limit) int { return a.Until.Compare(b.Until) })
	e.Freed = bounded(e.Freed, func(a, b account.Freed) int { return a.At.Compare(b.At) })
	return e
}

// Free removes what freed disproves, and remembers freed.
func (e Evidence) Free(freed ...account.Freed) Evidence { return e.Merge(Evidence{Freed: freed}) }

// mergeInto merges what was seen at now into a record.
func (e Evidence) mergeInto(rec *account.Record, now time.Time) {
	merged := EvidenceOf(rec).Merge(e.clamped(now)).At(now)
	rec.Limits, rec.Freed = merged.Limits, merged.Freed
}

// clamped bounds limits: none was seen in the future, none lasts too long.
func (e Evidence) clamped(now time.Time) Evidence {
	e.Limits = slices.Clone(e.Limits)
	for i := range e.Limits {
		l := &e.Limits[i]
		l.SeenAt = earlier(l.SeenAt, now)
		l.Until = earlier(l.Until, l.SeenAt.Add(longestLimit))
	}
	return e
}

// Forget frees rec of all limits seen up to now. The owner asks for it.
func Forget(rec *account.Record, now time.Time) {
	Evidence{Freed: everything(now)}.mergeInto(rec, now)
}

// everything frees all limits seen up to now.
func everything(now time.Time) []account.Freed { return []account.Freed{{At: now.Add(1)}} }

// frees reports whether freed frees any of limits.
func frees(freed []account.Freed, limits []account.Limit) bool {
	return slices.ContainsFunc(limits, func(l account.Limit) bool { return isFree(l, freed) })
}

func isFree(l account.Limit, freed []account.Freed) bool {
	return slices.ContainsFunc(freed, func(f account.Freed) bool { return f.Frees(l) })
}

// outlasts reports whether l says all that o says: whatever frees l frees o.
func outlasts(l, o account.Limit) bool {
	same := l.Scope == o.Scope && l.Model == o.Model && l.Reason == o.Reason
	return same && !l.SeenAt.Before(o.SeenAt) && !l.Until.Before(o.Until)
}

// strongest keeps what nothing else implies; of equal ones, the first.
func strongest[T any](all []T, implies func(T, T) bool) []T {
	var kept []T
	for i, x := range all {
		weaker := slices.ContainsFunc(kept, func(k T) bool { return implies(k, x) }) ||
			slices.ContainsFunc(all[i+1:], func(y T) bool { return implies(y, x) && !implies(x, y) })
		if !weaker {
			kept = append(kept, x)
		}
	}
	return kept
}

// bounded keeps the greatest mostEvidence entries.
func bounded[T any](all []T, compare func(a, b T) int) []T {
	if len(all) <= mostEvidence {
		return all
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b T) int { return compare(b, a) })
	return all[:mostEvidence]
}

func compareLimits(a, b account.Limit) int {
	return cmp.Or(
		cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Reason, b.Reason),
		b.Until.Compare(a.Until), b.SeenAt.Compare(a.SeenAt), cmp.Compare(a.Source, b.Source),
		compareBools(a.Unstated, b.Unstated), compareBools(a.Window, b.Window),
		compareBools(b.Owner, a.Owner), compareBools(b.Paid, a.Paid),
	)
}

func compareFreed(a, b account.Freed) int {
	return cmp.Or(
		cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Reason, b.Reason), b.At.Compare(a.At),
	)
}

func compareBools(a, b bool) int { return count(a) - count(b) }

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func without[T any](all []T, drop func(T) bool) []T {
	if !slices.ContainsFunc(all, drop) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), drop)
}
