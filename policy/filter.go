package policy

import "slices"

// filter names the accounts that may not serve one request although their group
// could:
//
//   - those that the request is not bound to
//   - those that it has tried already
//   - those that are cooling for its tier
//   - those that are cooling for its model, if that model has no view of its own
//
// The nil filter lets all pass.
type filter struct {
	tried []Slot
	// among are the only accounts that may serve, where bound is set.
	among []Slot
	bound bool
	// cooling is that of the model; nil for none.
	cooling *scope
	// tier is the model with its speed tier; nil for none.
	tier *model
}

func (f *filter) empty() bool {
	return f == nil || len(f.tried) == 0 && !f.bound && f.cooling == nil && f.tier == nil
}

func (f *filter) has(s Slot) bool {
	if f.outside(s) || slices.Contains(f.tried, s) || f.tier.cools(s) {
		return true
	}
	if !f.cooling.cools(s) {
		return false
	}
	f.cooling.skipped++
	return true
}

// outside reports whether the request is bound to other accounts.
func (f *filter) outside(s Slot) bool { return f.bound && !slices.Contains(f.among, s) }

// nobody reports whether the request is bound to accounts none of which is there.
func (f *filter) nobody() bool { return f.bound && len(f.among) == 0 }
