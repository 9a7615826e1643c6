package policy

import (
	"cmp"
	"slices"
	"time"
)

// Binding ties one conversation to one account.
type Binding struct {
	// Key is the affinity key of the conversation's requests, or stands for it.
	// It has at most 64 bytes.
	Key string
	// Account is the account's id; empty when the binding ended.
	Account string
	UsedAt  Instant
}

const (
	// bindingLife is how long a binding is kept after its last use.
	bindingLife = 6 * time.Hour
	maxBindings = 2000
	// useGrain is how much newer a use must be than the last reported one to be
	// reported.
	useGrain = 5 * time.Minute
)

// bindings are the most recently used bindings of one kind.
type bindings struct {
	// life is how long a binding is kept after its last use.
	life  time.Duration
	byKey map[string]int32
	// all holds the bindings at the indexes in byKey, linked in a ring by last
	// use. Index 0 is no binding: the ring begins and ends there.
	all  []bound
	free []int32
	// parts counts the bindings of what a conversation asks one model for.
	parts int
	// changed are the indexes, and ended the keys, of the bindings to be reported.
	changed []int32
	ended   []string
}

// bound is a binding in the ring.
type bound struct {
	Binding
	// slot is where the account was at the last lookup.
	slot         Slot
	newer, older int32
	// reported is the UsedAt of the last report.
	reported Instant
	// changed is set while the index is among the changed ones.
	changed bool
}

func newBindings(life time.Duration) bindings {
	return bindings{life: life, byKey: map[string]int32{}, all: make([]bound, 1)}
}

// RestoreBindings restores saved bindings, except those that are too old. Use it
// on a new pool.
func (p *Pool) RestoreBindings(saved []Binding, now Instant) { p.bindings.restore(saved, now) }

func (b *bindings) restore(saved []Binding, now Instant) {
	for _, s := range slices.SortedFunc(slices.Values(saved), byUse) {
		s.Key = shortKey(s.Key)
		known := b.all[b.byKey[s.Key]] // no binding's is zero
		if s.Account != "" && s.UsedAt.Add(b.life) > now && s.UsedAt > known.UsedAt {
			b.restoreOne(s, now)
		}
	}
}

// restoreOne restores a saved binding, which is not reported.
func (b *bindings) restoreOne(s Binding, now Instant) {
	unreported := len(b.changed)
	i := b.bind(s.Key, min(s.UsedAt, now))
	b.all[i].Account, b.all[i].slot, b.all[i].reported = s.Account, nobody, s.UsedAt
	if len(b.changed) > unreported {
		b.all[i].changed, b.changed = false, b.changed[:unreported]
	}
}

func byUse(a, b Binding) int {
	return cmp.Or(cmp.Compare(a.UsedAt, b.UsedAt), cmp.Compare(a.Key, b.Key))
}

// TakeBindings returns the bindings that were made, moved or ended since the last
// call, and those used again whose last report is more than 5 minutes old. When
// very many have ended, only some of those are reported; the others are too old
// to be restored.
func (p *Pool) TakeBindings() []Binding { return p.bindings.take() }

func (b *bindings) take() []Binding {
	var taken []Binding
	for _, key := range b.ended {
		if b.byKey[key] == 0 {
			taken = append(taken, Binding{Key: key})
		}
	}
	for _, i := range b.changed {
		e := &b.all[i]
		if e.Key != "" {
			taken = append(taken, e.Binding)
		}
		e.reported, e.changed = e.UsedAt, false
	}
	b.ended, b.changed = nil, nil
	return taken
}

// find returns the index of a conversation's binding, 0 for none.
func (b *bindings) find(key string, now Instant) int32 {
	i := b.byKey[shortKey(key)]
	if i != 0 && b.expired(i, now) {
		b.end(i)
		return 0
	}
	return i
}

func (b *bindings) expired(i int32, now Instant) bool {
	return b.all[i].UsedAt.Add(b.life) <= now
}

// use makes a binding the most recently used one.
func (b *bindings) use(i int32, now Instant) {
	e := &b.all[i]
	e.UsedAt = now
	b.unlink(i)
	b.link(i)
	if e.reported.Add(useGrain) <= now {
		b.change(i)
	}
}

// bind returns the index of the binding for key, which may be new, used now.
func (b *bindings) bind(key string, now Instant) int32 {
	key = shortKey(key)
	i := b.byKey[key]
	if i == 0 {
		i = b.open(now)
		b.all[i].Binding = Binding{Key: key}
		b.byKey[key] = i
		b.link(i)
		b.count(key, 1)
	}
	b.use(i, now)
	return i
}

func (b *bindings) count(key string, n int) {
	if isPart(key) {
		b.parts += n
	}
}

// open returns an index for a new binding. The least recently used bindings are
// ended to make room.
func (b *bindings) open(now Instant) int32 {
	for oldest := b.all[0].newer; oldest != 0; oldest = b.all[0].newer {
		if len(b.byKey) < maxBindings && !b.expired(oldest, now) {
			break
		}
		b.end(oldest)
	}
	if last := len(b.free) - 1; last >= 0 {
		i := b.free[last]
		b.free = b.free[:last]
		return i
	}
	b.all = append(b.all, bound{})
	return int32(len(b.all) - 1) //nolint:gosec // at most maxBindings
}

// end removes a binding.
func (b *bindings) end(i int32) {
	key := b.all[i].Key
	if len(b.ended) < maxBindings {
		b.ended = append(b.ended, key)
	}
	delete(b.byKey, key)
	b.count(key, -1)
	b.unlink(i)
	b.all[i] = bound{changed: b.all[i].changed}
	b.free = append(b.free, i)
}

// link puts a binding at the newest end of the ring.
func (b *bindings) link(i int32) {
	newest := b.all[0].older
	b.all[i].older, b.all[i].newer = newest, 0
	b.all[newest].newer, b.all[0].older = i, i
}

func (b *bindings) unlink(i int32) {
	older, newer := b.all[i].older, b.all[i].newer
	b.all[older].newer, b.all[newer].older = newer, older
}

// change marks a binding to be reported.
func (b *bindings) change(i int32) {
	if !b.all[i].changed {
		b.all[i].changed = true
		b.changed = append(b.changed, i)
	}
}
