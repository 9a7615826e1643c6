package policy

import "time"

// clockSlack is how far the clock may run back before all accounts are regrouped.
const clockSlack = Instant(time.Second)

// advance brings the pool to the current time: it regroups the accounts whose
// state or line changed by time alone. Other accounts cost nothing.
func (p *Pool) advance(now Instant) {
	if p.epoch == 0 {
		p.epoch = now
	}
	if now+clockSlack < p.now {
		p.rewind(now)
		return
	}
	p.now = max(p.now, now)
	for p.dueAt <= p.now {
		p.regroup(p.due.slots[p.due.top(nil)])
	}
}

// rewind regroups all accounts after the wall clock was set back.
func (p *Pool) rewind(now Instant) {
	p.now = now
	for _, s := range p.byID {
		p.regroup(s)
	}
	p.eachView(func(v *view) { v.rewind(p.seconds(now)) })
}

// regroup puts an account into the group where it belongs now, in every view, and
// schedules when that ends.
func (p *Pool) regroup(s Slot) {
	p.changes++
	p.assign(s)
}

// assign is regroup for changes that the latest snapshot need not show.
func (p *Pool) assign(s Slot) {
	cooldownEnd := p.endCooldowns(s)
	st, judgedUntil := p.judge(s)
	l, lineEnd := p.lineOf(s, st)
	p.put(p.base, s, st, p.members[s].coolEnd(), l)
	for _, sc := range p.viewed {
		p.putFor(sc, s, st, l)
	}
	p.schedule(s, min(cooldownEnd, judgedUntil, lineEnd))
}

// lineOf returns the strategy's line for an account that can serve, and until
// when it holds.
func (p *Pool) lineOf(s Slot, st State) (line, Instant) {
	if st < Available {
		return line{}, forever
	}
	return p.rule.line(&p.members[s].facts, p.epoch, p.now)
}

// putFor is put for the view of a scope.
func (p *Pool) putFor(sc *scope, s Slot, st State, l line) {
	m := &p.members[s]
	until := m.coolEnd()
	switch {
	case !m.facts.is(sc.kind):
		st = Ineligible
	case st != Ineligible && sc.cools(s):
		st, until = Cooling, max(until, m.facts.cooldown(sc.model.name))
	}
	p.put(sc.view, s, st, until, l)
}

// put puts an account into a view. Cooling accounts are ranked by the end of
// their cooldown, the others by the strategy's line.
func (p *Pool) put(v *view, s Slot, st State, until Instant, l line) {
	switch st {
	case Cooling:
		l = line{base: -p.seconds(until)}
	case Busy, Ineligible:
		l = line{}
	case Available, Usable:
	}
	v.put(s, rankOf(st, &p.members[s].facts, p.traits.claimsLast), l, p.seconds(p.now))
}

// judge returns an account's state now, without model cooldowns, and when it
// changes by time alone.
func (p *Pool) judge(s Slot) (State, Instant) {
	m := &p.members[s]
	return m.facts.state(m.coolEnd(), int(m.inFlight), p.now)
}

// state is judge for facts of any moment.
func (f *Facts) state(coolEnd Instant, inFlight int, now Instant) (State, Instant) {
	switch {
	case !f.Eligible:
		return Ineligible, forever
	case coolEnd > now:
		return Cooling, coolEnd
	case f.MaxInFlight > 0 && inFlight >= f.MaxInFlight:
		return Busy, forever
	}
	if spared := f.sparedUntil(now); spared > now {
		return Available, spared
	}
	return Usable, forever
}

// sparedUntil returns until when the account is spared although it could serve:
// it is above its soft quota, was limited just now, or is cooling except for a
// probe.
func (f *Facts) sparedUntil(now Instant) Instant {
	until := f.CoolUntil
	if f.RateLimitedAt != 0 {
		until = max(until, f.RateLimitedAt.Add(recentLimit))
	}
	for i := range f.Windows {
		if w := &f.Windows[i]; w.live(now) && w.Spared {
			until = max(until, w.end())
		}
	}
	return until
}

// live reports whether the window's figures still count.
func (w *Window) live(now Instant) bool { return w.end() > now }

// end returns when the window's figures stop counting.
func (w *Window) end() Instant {
	if w.ResetAt == 0 {
		return forever
	}
	return w.ResetAt
}

// schedule notes when an account changes by time alone; forever for never.
func (p *Pool) schedule(s Slot, at Instant) {
	m := &p.members[s]
	switch l := (line{base: -p.seconds(at)}); {
	case m.duePos == nobody && at == forever, m.duePos != nobody && at == m.dueAt:
		return
	case at == forever:
		p.unschedule(m)
	case m.duePos == nobody:
		m.duePos = p.due.insert(s, l)
	default:
		p.due.set(m.duePos, l)
	}
	m.dueAt = at
	p.dueAt = forever
	if first := p.due.top(nil); first != nobody {
		p.dueAt = p.members[p.due.slots[first]].dueAt
	}
}

func (p *Pool) unschedule(m *member) {
	if moved := p.due.remove(m.duePos); moved != nobody {
		p.members[moved].duePos = m.duePos
	}
	m.duePos = nobody
}
