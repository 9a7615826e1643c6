// Package traffic is what a victim does until it is killed: callers that
// rename, refresh, use, add, switch and remove accounts at the same time. The
// victim notes each step before it begins and once the engine has said that it
// is done, so that whoever kills it knows what must be stored.
package traffic

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
)

// Kind is what a step does.
type Kind string

// The kinds.
const (
	Rename  Kind = "rename"
	Refresh Kind = "refresh"
	Use     Kind = "use"
	Add     Kind = "add"
	Switch  Kind = "switch"
	Remove  Kind = "remove"
)

// Step is one call of the engine.
type Step struct {
	Kind Kind
	// Account is the account's id; empty while an Add has not returned.
	Account string
	// Label is the new one, of Rename and Add.
	Label string `json:",omitempty"`
	// Enabled is the new switch, of Switch.
	Enabled bool `json:",omitempty"`
}

// Spends reports whether the step may spend the account's refresh token.
func (s Step) Spends() bool { return s.Kind == Refresh || s.Kind == Use }

// Note is what a victim tells of a step: that it begins, or is done.
type Note struct {
	Step  Step
	Done  bool
	Error string `json:",omitempty"`
}

// Plan is the traffic of one victim.
type Plan struct {
	Seed uint64
	// Name tells the victims apart.
	Name string
	// Logins are accounts with a refresh token. Nobody else changes them
	// meanwhile.
	Logins []string
}

// Works are what a victim can do.
func Works() map[string]peer.Work {
	return map[string]peer.Work{"traffic": peer.Does(run), "step": peer.Does(one), "storm": peer.Does(storm)}
}

// callers share the work; each account is one caller's own.
const callers = 4

// run makes traffic until ctx ends.
func run(ctx context.Context, c *peer.Child, plan Plan) (any, error) {
	var all sync.WaitGroup
	for i := range callers {
		one := &caller{child: c, name: fmt.Sprintf("%s.%d", plan.Name, i), rng: rand.New(rand.NewPCG(plan.Seed, uint64(i)))}
		for n := i; n < len(plan.Logins); n += callers {
			one.logins = append(one.logins, plan.Logins[n])
		}
		all.Go(func() { one.run(ctx) })
	}
	all.Wait()
	return nil, nil //nolint:nilnil // there is nothing to return
}

// one makes a single step.
func one(ctx context.Context, c *peer.Child, s Step) (any, error) {
	one := &caller{child: c}
	one.do(ctx, s)
	return nil, nil //nolint:nilnil // there is nothing to return
}

// caller makes one step after the other.
type caller struct {
	child  *peer.Child
	name   string
	rng    *rand.Rand
	logins []string
	added  []string
	count  int
}

func (c *caller) run(ctx context.Context) {
	for ctx.Err() == nil {
		c.count++
		c.do(ctx, c.choose())
	}
}

// choose returns the next step.
func (c *caller) choose() Step {
	login := c.logins[c.rng.IntN(len(c.logins))]
	label := fmt.Sprintf("%s.%d", c.name, c.count)
	switch n := c.rng.IntN(100); {
	case n < 30:
		return Step{Kind: Refresh, Account: login}
	case n < 45:
		return Step{Kind: Use, Account: login}
	case n < 70:
		return Step{Kind: Rename, Account: login, Label: label}
	case n < 85 || len(c.added) == 0:
		return Step{Kind: Add, Label: label}
	case n < 93:
		return Step{Kind: Switch, Account: c.added[0], Enabled: c.rng.IntN(2) == 0}
	}
	last := len(c.added) - 1
	gone := c.added[last]
	c.added = c.added[:last]
	return Step{Kind: Remove, Account: gone}
}

// do makes a step and notes its beginning and its end.
func (c *caller) do(ctx context.Context, s Step) {
	c.child.Note(Note{Step: s})
	done := Note{Done: true}
	id, err := c.call(ctx, s)
	s.Account = id
	done.Step = s
	if err != nil {
		done.Error = err.Error()
	}
	c.child.Note(done)
}

// call returns the account's id, which only Add does not know before.
func (c *caller) call(ctx context.Context, s Step) (id string, err error) {
	pool := c.child.Pool
	switch s.Kind {
	case Rename:
		err = pool.Rename(ctx, s.Account, s.Label)
	case Refresh:
		err = pool.Refresh(ctx, s.Account)
	case Use:
		err = use(ctx, pool, s.Account)
	case Switch:
		err = pool.SetEnabled(ctx, s.Account, s.Enabled)
	case Remove:
		err = pool.Remove(ctx, s.Account)
	case Add:
		if id, err = pool.Add(ctx, multiaccount.NewAccount{Label: s.Label, APIKey: "key-of-" + s.Label}); err == nil {
			c.added = append(c.added, id)
		}
		return id, err
	}
	return s.Account, err
}

// use leases an account, with a new token when its last has ended.
func use(ctx context.Context, pool *multiaccount.Pool, id string) error {
	lease, err := pool.Acquire(ctx, multiaccount.Request{Account: id})
	if err == nil {
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	}
	return err
}
