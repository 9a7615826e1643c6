package policy

import "time"

// ownedLife is how long after its last use the owner of a resource is remembered:
// as long as OpenAI keeps a response ("Conversation state": 30 days).
const ownedLife = 30 * 24 * time.Hour

// Own notes that an account made a resource that no other account can use, such
// as a stored response or a file. That account owns it.
func (p *Pool) Own(resource, account string, now Instant) {
	p.advance(now)
	i := p.owned.bind(resource, now)
	if b := &p.owned.all[i]; b.Account != account {
		b.Account = account
		p.owned.change(i)
	}
}

// Owner returns the first of the resources whose owner is known, and the owner's
// id. The owner may have left the pool.
func (p *Pool) Owner(resources []string, now Instant) (resource, account string) {
	p.advance(now)
	for _, resource := range resources {
		if i := p.owned.find(resource, now); i != 0 {
			p.owned.use(i, now)
			return resource, p.owned.all[i].Account
		}
	}
	return "", ""
}

// TakeOwned is [Pool.TakeBindings] for the owners of resources, RestoreOwned is
// [Pool.RestoreBindings].
func (p *Pool) TakeOwned() []Binding { return p.owned.take() }

// RestoreOwned restores saved owners; see [Pool.TakeOwned]. It may be called
// again with what other processes saved since.
func (p *Pool) RestoreOwned(saved []Binding, now Instant) { p.owned.restore(saved, now) }
