package policy

import "cmp"

// softQuotaGap is how many points below the soft quota an account's utilization
// has to be before it is used again: figures that go up and down about the quota
// must not move conversations to and fro.
const softQuotaGap = 5

// spare notes which windows of an account are above its soft quota, old being
// those that were known before.
func (p *Pool) spare(f *Facts, old []Window) {
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
