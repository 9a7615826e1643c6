package policy

import (
	"slices"

	"github.com/seed-810f1486/multiaccount/account"
)

// model is what a pool knows of a model for which at least one account is
// cooling.
type model struct {
	name string
	// slots are the accounts that are cooling for it.
	slots map[Slot]struct{}
	// scopes are those of the account kinds that were asked for.
	scopes []*scope
}

// maxViews bounds the memory: a view takes about 60 bytes an account. For further
// models, cooling accounts are skipped one by one.
const maxViews = 16

// scope returns the scope of the model's requests for a kind, and makes it if
// needed.
func (m *model) scope(kind account.Kind) *scope {
	for _, sc := range m.scopes {
		if sc.kind == kind {
			return sc
		}
	}
	sc := &scope{kind: kind, model: m, active: nobody}
	m.scopes = append(m.scopes, sc)
	return sc
}

// cools reports whether the account is cooling for the model; the nil model
// cools none.
func (m *model) cools(s Slot) bool {
	if m == nil {
		return false
	}
	_, cooling := m.slots[s]
	return cooling
}

// all returns the accounts that are cooling for the model; the nil model has none.
func (m *model) all() map[Slot]struct{} {
	if m == nil {
		return nil
	}
	return m.slots
}

// replace replaces an account's facts, and updates the models. Cooldowns that
// have ended are left out.
func (p *Pool) replace(s Slot, f Facts) {
	p.changes++
	p.countKinds(&p.members[s].facts, &f)
	old := p.members[s].facts.ModelCooldowns
	f.ModelCooldowns = lasting(f.ModelCooldowns, p.now)
	p.members[s].facts = f
	for i := range f.ModelCooldowns {
		p.model(f.ModelCooldowns[i].Model).slots[s] = struct{}{}
	}
	for i := range old {
		if name := old[i].Model; f.cooldown(name) == 0 {
			p.endCooldown(name, s)
		}
	}
}

// countKinds updates the counts when an account's kind changes. Facts without an
// id belong to no account.
func (p *Pool) countKinds(was, is *Facts) {
	if was.ID != "" {
		p.ofKind(was.Kind).accounts--
	}
	if is.ID != "" {
		p.ofKind(is.Kind).accounts++
	}
}

// endCooldowns drops the account's model cooldowns that have ended, and returns
// when the next one ends.
func (p *Pool) endCooldowns(s Slot) Instant {
	next := forever
	cooldowns := p.members[s].facts.ModelCooldowns
	for i := range cooldowns {
		next = min(next, cooldowns[i].Until)
	}
	if next > p.now {
		return next
	}
	p.replace(s, p.members[s].facts)
	return p.endCooldowns(s)
}

// model returns what is known of a model, and makes it if needed.
func (p *Pool) model(name string) *model {
	m := p.models[name]
	if m == nil {
		m = &model{name: name, slots: map[Slot]struct{}{}}
		p.models[name] = m
	}
	return m
}

// endCooldown notes that an account no longer cools for a model.
func (p *Pool) endCooldown(name string, s Slot) {
	m := p.models[name]
	if m == nil {
		return
	}
	delete(m.slots, s)
	if len(m.slots) > 0 {
		return
	}
	delete(p.models, name)
	p.viewed = slices.DeleteFunc(p.viewed, func(sc *scope) bool { return sc.model == m })
}

// worthView reports whether a model's scope gets a view of its own: once skipping
// has cost as much as building a view.
func (p *Pool) worthView(sc *scope) bool {
	return sc.view == nil && sc.skipped > len(p.members) && len(p.viewed) < maxViews
}

// lasting returns the cooldowns that have not ended.
func lasting(all []ModelCooldown, now Instant) []ModelCooldown {
	ended := func(c ModelCooldown) bool { return c.Until <= now }
	if !slices.ContainsFunc(all, ended) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), ended)
}

// cooldownOf returns the end of the cooldown for a request's model, with its
// tier; zero for none.
func (f *Facts) cooldownOf(model string) Instant {
	return max(f.cooldown(model), f.cooldown(account.Untiered(model)))
}

// cooldown returns the end of the cooldown for a model, zero for none.
func (f *Facts) cooldown(model string) Instant {
	var until Instant
	for i := range f.ModelCooldowns {
		if c := &f.ModelCooldowns[i]; c.Model == model {
			until = max(until, c.Until)
		}
	}
	return until
}
