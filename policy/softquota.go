package policy

import "cmp"

// softQuotaGap is how many points below the soft quota an account's utilization
// must be before it is used again: figures that vary around the quota must not
// move conversations back and forth.
const softQuotaGap = 5

// markSpared sets Spared for the windows above the account's soft quota. old are
// the windows known before.
func (p *Pool) markSpared(f *Facts, old []Window) {
	quota := cmp.Or(f.SoftQuotaPercent, p.opts.SoftQuotaPercent)
	on := quota > 0 && quota < 100
	for i := range f.Windows {
		w := &f.Windows[i]
		w.Spared = on && (w.Utilization >= quota || w.Utilization >= quota-softQuotaGap && p.wasSpared(w, old))
	}
}

// wasSpared reports whether the window was above the soft quota, and has not
// started anew since.
func (p *Pool) wasSpared(w *Window, old []Window) bool {
	for i := range old {
		if o := &old[i]; o.Name == w.Name && o.Spared && o.live(p.now) {
			return true
		}
	}
	return false
}
