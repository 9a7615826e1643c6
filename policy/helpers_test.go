package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/policy"
)

var start = policy.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))

// newPool returns a pool of the given strategy and accounts.
func newPool(tb testing.TB, strategy string, accounts ...policy.Facts) *policy.Pool {
	tb.Helper()
	return newPoolOf(tb, policy.Options{Strategy: strategy}, accounts...)
}

func newPoolOf(tb testing.TB, o policy.Options, accounts ...policy.Facts) *policy.Pool {
	tb.Helper()
	p, err := policy.NewPool(o)
	if err != nil {
		tb.Fatal(err)
	}
	for _, f := range accounts {
		p.Put(f, start)
	}
	return p
}

// ready returns an account that nothing speaks against.
func ready(id string, changes ...func(*policy.Facts)) policy.Facts {
	f := policy.Facts{ID: id, Eligible: true}
	for _, change := range changes {
		change(&f)
	}
	return f
}

func claimed(f *policy.Facts)  { f.Claimed = true }
func switched(f *policy.Facts) { f.Eligible = false }

func weight(w int) func(*policy.Facts)   { return func(f *policy.Facts) { f.Weight = w } }
func priority(p int) func(*policy.Facts) { return func(f *policy.Facts) { f.Priority = p } }
func places(n int) func(*policy.Facts)   { return func(f *policy.Facts) { f.MaxInFlight = n } }
func failures(n int) func(*policy.Facts) { return func(f *policy.Facts) { f.Failures = n } }

// cooling cools the account for d from start.
func cooling(d time.Duration) func(*policy.Facts) {
	return func(f *policy.Facts) { f.CoolUntil = start.Add(d) }
}

// limited is set on an account that answered 429 when ago before start.
func limited(ago time.Duration) func(*policy.Facts) {
	return func(f *policy.Facts) { f.RateLimitedAt = start.Add(-ago) }
}

// used is set on an account that was last used when ago before start.
func used(ago time.Duration) func(*policy.Facts) {
	return func(f *policy.Facts) { f.LastUsed = start.Add(-ago) }
}

func coolingFor(model string, d time.Duration) func(*policy.Facts) {
	return func(f *policy.Facts) {
		f.ModelCooldowns = append(f.ModelCooldowns, policy.ModelCooldown{Model: model, Until: start.Add(d)})
	}
}

// window adds a quota window that resets when left after start.
func window(utilization float64, length, left time.Duration) func(*policy.Facts) {
	return func(f *policy.Facts) {
		f.Windows = append(f.Windows, policy.Window{Utilization: utilization, Length: length, ResetAt: start.Add(left)})
	}
}

// pick returns the id that serves r, or the reason why none does in brackets.
func pick(p *policy.Pool, r policy.Request, now policy.Instant) string {
	c := p.Select(&r, now)
	if !c.OK {
		return "[" + c.Reason.String() + "]"
	}
	return p.ID(c.Slot)
}

// picks returns the ids that serve n requests in a row, a second apart.
func picks(p *policy.Pool, n int, r policy.Request) string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = pick(p, r, start.Add(time.Duration(i)*time.Second))
	}
	return strings.Join(ids, " ")
}
