package policy_test

import (
	"math"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

// oracle decides like a pool, by the plain formulas and by looking at every
// account each time. Where scores are as good as equal it accepts either.
type oracle struct {
	opts     policy.Options
	accounts []*known // by slot, nil where free
	active   string
	// actives are those of requests that the active account cannot serve.
	actives  map[narrow]string
	bindings map[string]policy.Binding
}

// narrow are the requests of a model that accounts are cooling for, or of a kind
// while there are others.
type narrow struct {
	kind  account.Kind
	model string
}

type known struct {
	policy.Facts
	slot     int
	inFlight int
	credit   map[account.Kind]float64 // round-robin: what it is owed
	probed   policy.Instant
	spared   []bool
}

// verdict is what the oracle demands of a choice.
type verdict struct {
	accepted []string // nil: no account serves
	rebound  func(id string) bool
	reason   policy.Reason
	retryAt  policy.Instant
}

const closeEnough = 1e-6

func newOracle(o policy.Options) *oracle {
	return &oracle{opts: o, actives: map[narrow]string{}, bindings: map[string]policy.Binding{}}
}

func (o *oracle) all() []*known {
	var all []*known
	for _, a := range o.accounts {
		if a != nil {
			all = append(all, a)
		}
	}
	return all
}

func (o *oracle) find(id string) *known {
	for _, a := range o.all() {
		if a.ID == id {
			return a
		}
	}
	return nil
}

func (o *oracle) put(f policy.Facts, slot int, now policy.Instant) {
	for len(o.accounts) <= slot {
		o.accounts = append(o.accounts, nil)
	}
	a := o.accounts[slot]
	if a == nil {
		a = &known{slot: slot, credit: map[account.Kind]float64{}}
		o.accounts[slot] = a
	}
	f.LastUsed = max(f.LastUsed, a.LastUsed)
	a.spared = o.spared(f.Windows, a, now)
	a.Facts = f
	a.ModelCooldowns = slices.Clone(f.ModelCooldowns) // the pool keeps the other
	if f.MaxInFlight <= 0 {
		a.inFlight = 0
	}
}

func (o *oracle) remove(id string, now policy.Instant) {
	a := o.find(id)
	if a == nil {
		return
	}
	o.accounts[a.slot] = nil
	for where, active := range o.actives {
		if active == id {
			o.actives[where] = ""
		}
	}
	if o.active == id {
		o.active = ""
		if best := o.best(o.top(policy.Request{}, now), "", now); best != nil {
			o.active = best.ID
		}
	}
}

// forget drops the model cooldowns that have ended, for good even if the clock
// runs back, and the active accounts of models that nobody cools for any more.
func (o *oracle) forget(now policy.Instant) {
	for _, a := range o.all() {
		a.ModelCooldowns = slices.DeleteFunc(a.ModelCooldowns, func(c policy.ModelCooldown) bool { return c.Until <= now })
	}
	for where := range o.actives {
		if where.model != "" && !slices.ContainsFunc(o.all(), func(a *known) bool { return a.endOf(where.model) > now }) {
			delete(o.actives, where)
		}
	}
}

// modelEnd is when the account may serve a model, or a tier of one.
func (a *known) modelEnd(model string) policy.Instant {
	return max(a.endOf(model), a.endOf(account.Untiered(model)))
}

// endOf is the end of the cooldown of that very name.
func (a *known) endOf(model string) policy.Instant {
	var end policy.Instant
	for _, c := range a.ModelCooldowns {
		if c.Model == model {
			end = max(end, c.Until)
		}
	}
	return end
}

// wake is the end of what keeps the account from the model, 0 for nothing.
func (a *known) wake(model string, now policy.Instant) policy.Instant {
	end := max(a.coolEnd(), a.modelEnd(model))
	if !a.Eligible || end <= now {
		return 0
	}
	return end
}

// coolEnd is the end of the cooldown, or when one request may see for itself.
func (a *known) coolEnd() policy.Instant {
	if a.ProbeAt != 0 && a.ProbeAt < a.CoolUntil && a.probed != a.CoolUntil {
		return a.ProbeAt
	}
	return a.CoolUntil
}

func (o *oracle) state(a *known, model string, now policy.Instant) policy.State {
	switch {
	case !a.Eligible:
		return policy.Ineligible
	case a.wake(model, now) != 0:
		return policy.Cooling
	case a.MaxInFlight > 0 && a.inFlight >= a.MaxInFlight:
		return policy.Busy
	case a.CoolUntil > now, a.RateLimitedAt != 0 && now < a.RateLimitedAt.Add(30*time.Second):
		return policy.Available
	}
	for i, w := range a.Windows {
		if (w.ResetAt == 0 || w.ResetAt > now) && a.spared[i] {
			return policy.Available
		}
	}
	return policy.Usable
}

// spared says of each window whether it is above the soft quota, or was when it
// was told of before, is running still, and has not fallen by 5 points.
func (o *oracle) spared(windows []policy.Window, before *known, now policy.Instant) []bool {
	spared := make([]bool, len(windows))
	quota := o.opts.SoftQuotaPercent
	if quota <= 0 || quota >= 100 {
		return spared
	}
	for i, w := range windows {
		spared[i] = w.Utilization >= quota
		for j, b := range before.Windows {
			running := b.ResetAt == 0 || b.ResetAt > now
			spared[i] = spared[i] || b.Name == w.Name && before.spared[j] && running && w.Utilization >= quota-5
		}
	}
	return spared
}

func (a *known) live(now policy.Instant) []policy.Window {
	var live []policy.Window
	for _, w := range a.Windows {
		if w.ResetAt == 0 || w.ResetAt > now {
			live = append(live, w)
		}
	}
	return live
}

// takes reports whether an account is of the kind that may serve.
func takes(r policy.Request, a *known) bool { return r.Kind == "" || a.Kind == r.Kind }

// only is the kind that r is narrowed to; empty while all accounts are of it.
func (o *oracle) only(r policy.Request) account.Kind {
	if !slices.ContainsFunc(o.all(), func(a *known) bool { return !takes(r, a) }) {
		return ""
	}
	return r.Kind
}

// top returns the accounts of the best state and, there, the highest priority
// that may serve r.
func (o *oracle) top(r policy.Request, now policy.Instant) []*known {
	var top []*known
	best := policy.Available
	for _, a := range o.all() {
		st := o.state(a, r.Model, now)
		if st < best || !takes(r, a) || slices.Contains(r.Exclude, a.ID) {
			continue
		}
		if st > best || len(top) > 0 && a.Priority > top[0].Priority {
			top = nil
		}
		if len(top) > 0 && a.Priority < top[0].Priority {
			continue
		}
		best = st
		top = append(top, a)
	}
	return top
}

func unclaimed(all []*known) []*known {
	free := slices.DeleteFunc(slices.Clone(all), func(a *known) bool { return a.Claimed })
	if len(free) == 0 {
		return all
	}
	return free
}

// best is the first choice among equals in state and priority, activity aside.
func (o *oracle) best(top []*known, only account.Kind, now policy.Instant) *known {
	if len(top) == 0 {
		return nil
	}
	if o.opts.Strategy != policy.Hybrid {
		top = unclaimed(top)
	}
	return slices.MaxFunc(top, func(a, b *known) int {
		switch x, y := o.value(a, only, now), o.value(b, only, now); {
		case x > y+closeEnough, math.Abs(x-y) <= closeEnough && a.slot < b.slot:
			return 1
		default:
			return -1
		}
	})
}

func (o *oracle) value(a *known, only account.Kind, now policy.Instant) float64 {
	switch o.opts.Strategy {
	case policy.Hybrid:
		return o.score(a, now)
	case policy.DrainFirst:
		return a.drain(now)
	case policy.RoundRobin:
		return a.credit[only]
	}
	return 0
}

// activeFor returns where the active account for a kind and a model is kept.
func (o *oracle) activeFor(r policy.Request, now policy.Instant) (get string, set func(string)) {
	get, set = o.active, func(id string) { o.active = id }
	turnTo := func(where narrow) {
		get, set = o.actives[where], func(id string) { o.actives[where] = id }
	}
	if a := o.find(get); a != nil && !takes(r, a) {
		turnTo(narrow{kind: r.Kind})
	}
	wide := o.find(get)
	for _, name := range []string{account.Untiered(r.Model), r.Model} {
		if wide != nil && wide.endOf(name) > now {
			turnTo(narrow{o.only(r), name})
		}
	}
	return get, set
}

// ask returns what a request is to be answered with.
func (o *oracle) ask(r policy.Request, now policy.Instant) verdict {
	if r.Pin != "" {
		return o.askPinned(r, now)
	}
	top := o.top(r, now)
	if len(top) == 0 {
		return o.refuse(r, now)
	}
	active, _ := o.activeFor(r, now)
	switch o.opts.Strategy {
	case policy.Sticky:
		return o.askSticky(r, top, active, now)
	case policy.Hybrid:
		return verdict{accepted: o.hybridChoices(top, active, now)}
	case policy.RoundRobin:
		return verdict{accepted: []string{o.turn(top, r, now).ID}}
	}
	return verdict{accepted: o.asGood(unclaimed(top), now)}
}

func (o *oracle) askPinned(r policy.Request, now policy.Instant) verdict {
	a := o.find(r.Pin)
	switch {
	case a == nil:
		return verdict{reason: policy.PinUnknown}
	case !takes(r, a):
		return verdict{reason: policy.PinOtherKind}
	case o.state(a, r.Model, now) == policy.Busy:
		return verdict{reason: policy.PinBusy}
	case o.state(a, r.Model, now) < policy.Available || slices.Contains(r.Exclude, r.Pin):
		return verdict{reason: policy.PinUnusable, retryAt: a.wake(r.Model, now)}
	}
	return verdict{accepted: []string{r.Pin}}
}

func (o *oracle) askSticky(r policy.Request, top []*known, active string, now policy.Instant) verdict {
	among := func(all []*known, id string) bool {
		return slices.ContainsFunc(all, func(a *known) bool { return a.ID == id })
	}
	bound, _ := o.bindingOf(r, now)
	v := verdict{rebound: func(id string) bool { return bound.Account != "" && bound.Account != id }}
	switch free := unclaimed(top); {
	case bound.Account != "" && among(top, bound.Account):
		v.accepted = []string{bound.Account}
	case among(free, active):
		v.accepted = []string{active}
	default:
		v.accepted = []string{free[0].ID}
	}
	return v
}

// part is the key of what a conversation asks a model for.
func part(r policy.Request) string { return "part of " + r.Affinity + " for " + r.Model }

// bindingOf returns the binding of a request, without an account when there is none,
// and its key.
func (o *oracle) bindingOf(r policy.Request, now policy.Instant) (bound policy.Binding, key string) {
	for _, key := range []string{part(r), r.Affinity} {
		if b := o.bindings[key]; b.Account != "" && b.UsedAt.Add(6*time.Hour) > now {
			return b, key
		}
	}
	return policy.Binding{}, r.Affinity
}

// coolsForModelAlone reports whether an account of the request's kind is kept from it
// by nothing but the cooldown of its model.
func (o *oracle) coolsForModelAlone(a *known, r policy.Request, now policy.Instant) bool {
	return (r.Kind == "" || a.Kind == r.Kind) && (len(r.Among) == 0 || slices.Contains(r.Among, a.ID)) &&
		a.Eligible && a.CoolUntil <= now && a.modelEnd(r.Model) > now
}

// asGood returns the accounts that are as good as the best.
func (o *oracle) asGood(all []*known, now policy.Instant) []string {
	most := math.Inf(-1)
	for _, a := range all {
		most = max(most, o.value(a, "", now))
	}
	var good []string
	for _, a := range all {
		if o.value(a, "", now) >= most-closeEnough*max(1, math.Abs(most)*1e-3) {
			good = append(good, a.ID)
		}
	}
	return good
}

func (o *oracle) hybridChoices(top []*known, active string, now policy.Instant) []string {
	i := slices.IndexFunc(top, func(a *known) bool { return a.ID == active })
	if i < 0 {
		return o.asGood(top, now)
	}
	others := slices.Delete(slices.Clone(top), i, i+1)
	if len(others) == 0 {
		return []string{active}
	}
	lead := o.score(o.best(others, "", now), now) - (o.score(top[i], now) + 120)
	switch {
	case lead > 40+closeEnough:
		return o.asGood(others, now)
	case lead < 40-closeEnough:
		return []string{active}
	}
	return append(o.asGood(others, now), active)
}

// score is the hybrid strategy's, without what is added for being active.
func (o *oracle) score(a *known, now policy.Instant) float64 {
	live := a.live(now)
	highest := 65.0
	if len(live) > 0 {
		highest = 0
	}
	pace, paced := math.Inf(1), false
	for _, w := range live {
		highest = max(highest, w.Utilization)
		if w.ResetAt != 0 && w.Length != 0 {
			pace, paced = min(pace, paceOf(w, now)), true
		}
	}
	if !paced {
		pace = 0
	}
	idle := max(0, min(time.Duration(now-a.LastUsed).Seconds(), 900))
	failures := float64(max(0, o.opts.MaxFailures-a.Failures)) / float64(o.opts.MaxFailures)
	score := (100-highest)/100*450 + pace + failures*250 + idle/900*60
	if a.Claimed {
		score -= 200
	}
	return score
}

func paceOf(w policy.Window, now policy.Instant) float64 {
	elapsed := 1 - time.Duration(w.ResetAt-now).Seconds()/w.Length.Seconds()
	slack := 90*max(0, elapsed) - w.Utilization
	if slack >= 0 {
		return min(120, 3*slack)
	}
	return max(-160, 4*slack)
}

// drain is the drain-first strategy's value.
func (a *known) drain(now policy.Instant) float64 {
	var shortest *policy.Window
	for _, w := range a.live(now) {
		if w.ResetAt != 0 && w.Length > 0 && (shortest == nil || w.Length < shortest.Length) {
			shortest = &w
		}
	}
	if shortest == nil {
		return -1e9
	}
	value := -time.Duration(shortest.ResetAt-now).Seconds() / max(0.01, 100-shortest.Utilization)
	for _, w := range a.live(now) {
		if w.ResetAt != 0 && w.Length > shortest.Length {
			elapsed := max(0, w.Length-time.Duration(w.ResetAt-now))
			if w.Utilization*w.Length.Seconds() > 90*elapsed.Seconds() {
				return value - 2e9
			}
		}
	}
	return value
}

// turn plays one turn of smooth weighted round-robin.
func (o *oracle) turn(top []*known, r policy.Request, now policy.Instant) *known {
	first, only := unclaimed(top)[0], o.only(r)
	var group []*known
	var sum float64
	for _, a := range o.all() {
		if takes(r, a) && o.state(a, "", now) == o.state(first, "", now) && a.Priority == first.Priority && a.Claimed == first.Claimed {
			group = append(group, a)
			sum += float64(max(1, a.Weight))
		}
	}
	step := math.Floor(720720 / sum)
	var best *known
	for _, a := range group {
		a.credit[only] += step * float64(max(1, a.Weight))
		if !slices.Contains(r.Exclude, a.ID) && (best == nil || a.credit[only] > best.credit[only]) {
			best = a
		}
	}
	best.credit[only] -= step * sum
	return best
}

func (o *oracle) refuse(r policy.Request, now policy.Instant) verdict {
	var v verdict
	ofKind, eligible, busy := false, false, false
	for _, a := range o.all() {
		if !takes(r, a) {
			continue
		}
		ofKind = true
		eligible = eligible || a.Eligible
		if o.state(a, r.Model, now) == policy.Busy && !slices.Contains(r.Exclude, a.ID) {
			busy = true
		}
		if at := a.wake(r.Model, now); at != 0 && (v.retryAt == 0 || at < v.retryAt) {
			v.retryAt = at
		}
	}
	switch {
	case busy:
		v.reason = policy.AllBusy
	case v.retryAt != 0:
		v.reason = policy.AllLimited
	case len(o.all()) == 0:
		v.reason = policy.NoAccounts
	case !ofKind:
		v.reason = policy.NoneOfKind
	case !eligible:
		v.reason = policy.NoneEligible
	default:
		v.reason = policy.AllTried
	}
	return v
}

// served notes which account the pool chose.
func (o *oracle) served(r policy.Request, id string, now policy.Instant) {
	a := o.find(id)
	if r.Pin == "" {
		bound, key := o.bindingOf(r, now)
		stays := bound.Account == id
		if _, set := o.activeFor(r, now); o.opts.Strategy != policy.Sticky || r.Affinity == "" || !stays {
			set(id)
		}
		if o.opts.Strategy == policy.Sticky && r.Affinity != "" {
			if b := o.find(bound.Account); !stays && b != nil && o.coolsForModelAlone(b, r, now) {
				key = part(r)
			}
			o.bindings[key] = policy.Binding{Key: key, Account: id, UsedAt: now}
		}
	}
	a.LastUsed = now
	if a.CoolUntil > now {
		a.probed = a.CoolUntil
	}
	if a.MaxInFlight > 0 {
		a.inFlight++
	}
}

func (o *oracle) release(id string) {
	if a := o.find(id); a != nil && a.inFlight > 0 {
		a.inFlight--
	}
}
