package multiprocess_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
)

// changes are what one process does, each kind in an order of its own, all
// kinds at once. Nobody else changes the fields that it is given, except for
// logins: all processes replace those.
type changes struct {
	// Name tells the processes apart.
	Name string
	// Rename, Switch and Reset are accounts whose label, switch and limits
	// are this process' own; Login are subjects whose login is everybody's.
	Rename, Switch, Reset, Login []string
	// Times is how often each of them is changed, Adds how many accounts are
	// added; every second of these is removed.
	Times, Adds int
}

// count returns how many mutations that makes.
func (c changes) count() int {
	return c.Times*(len(c.Rename)+len(c.Switch)+len(c.Reset)+len(c.Login)) + c.Adds + c.Adds/2
}

// acknowledged is what the engine has promised one process to be stored.
type acknowledged struct {
	Count    int
	Labels   map[string]string
	Enabled  map[string]bool
	Tokens   map[string]string // the last of each subject
	Added    map[string]string // labels by id
	Removed  []string
	Failures []string
}

// mutator makes the changes of one process.
type mutator struct {
	changes
	ctx   context.Context //nolint:containedctx // it lasts as long as the work
	child *peer.Child
	pool  *multiaccount.Pool

	mu  sync.Mutex
	ack acknowledged
}

func mutate(ctx context.Context, c *peer.Child, arg changes) (acknowledged, error) {
	m := &mutator{changes: arg, ctx: ctx, child: c, pool: c.Pool, ack: acknowledged{
		Labels: map[string]string{}, Enabled: map[string]bool{}, Tokens: map[string]string{}, Added: map[string]string{},
	}}
	var working sync.WaitGroup
	for _, kind := range []struct {
		ids    []string
		change func(id string, n int) error
	}{{m.Rename, m.rename}, {m.Switch, m.enable}, {m.Reset, m.reset}, {m.Login, m.login}} {
		for _, id := range kind.ids {
			working.Go(func() { m.repeat(m.Times, func(n int) error { return kind.change(id, n) }) })
		}
	}
	working.Go(func() { m.repeat(m.Adds, m.add) })
	working.Wait()
	return m.ack, nil
}

func (m *mutator) repeat(times int, change func(n int) error) {
	for n := range times {
		if err := change(n); err != nil {
			m.note(func(a *acknowledged) { a.Failures = append(a.Failures, err.Error()) })
			return
		}
	}
}

func (m *mutator) note(note func(*acknowledged)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	note(&m.ack)
}

// done notes a change that the engine has acknowledged, and tells now and then
// that the work goes on.
func (m *mutator) done(err error, note func(*acknowledged)) error {
	if err != nil {
		return err
	}
	m.note(func(a *acknowledged) {
		note(a)
		if a.Count++; a.Count%50 == 0 {
			m.child.Note(a.Count)
		}
	})
	return nil
}

func (m *mutator) rename(id string, n int) error {
	label := fmt.Sprintf("%s %s %d", m.Name, id, n) // labels are unique
	return m.done(m.pool.Rename(m.ctx, id, label), func(a *acknowledged) { a.Labels[id] = label })
}

func (m *mutator) enable(id string, n int) error {
	on := n%2 == 1
	return m.done(m.pool.SetEnabled(m.ctx, id, on), func(a *acknowledged) { a.Enabled[id] = on })
}

// reset has the account limited, and frees it. An account that is still taken
// for limited needs no other limit.
func (m *mutator) reset(id string, _ int) error {
	lease, err := m.pool.Acquire(m.ctx, multiaccount.Request{Account: id})
	var unavailable *multiaccount.AccountUnavailableError
	if err != nil && !errors.As(err, &unavailable) {
		return err
	}
	if err == nil {
		lease.Done(multiaccount.Outcome{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"3600"}}})
	}
	return m.done(m.pool.ResetCooldown(m.ctx, id), func(*acknowledged) {})
}

func (m *mutator) login(subject string, n int) error {
	token := fmt.Sprintf("%s-%s-%d", m.Name, subject, n)
	_, err := m.pool.Add(m.ctx, multiaccount.NewAccount{
		Subject: subject, AccessToken: "access-" + token, RefreshToken: token, ExpiresAt: time.Now().Add(time.Hour),
	})
	return m.done(err, func(a *acknowledged) { a.Tokens[subject] = token })
}

func (m *mutator) add(n int) error {
	label := fmt.Sprintf("%s's-%d", m.Name, n)
	id, err := m.pool.Add(m.ctx, multiaccount.NewAccount{Label: label, APIKey: label})
	err = m.done(err, func(a *acknowledged) { a.Added[id] = label })
	if err != nil || n%2 == 0 {
		return err
	}
	return m.done(m.pool.Remove(m.ctx, id), func(a *acknowledged) {
		delete(a.Added, id)
		a.Removed = append(a.Removed, id)
	})
}

// Processes that change the same accounts at the same time lose nothing of
// what they were told is stored.
func TestManyMutations(t *testing.T) {
	const processes = 8
	w := newWorld(t, providertest.Options{})
	plan, subjects := shared(t, w, processes)
	all := w.start(t, processes)
	for i, p := range all {
		if n := plan[i].count(); n != 1000 {
			t.Fatalf("process %d has %d mutations to make", i, n)
		}
		p.Order(t, "mutate", plan[i])
	}
	acks := make([]acknowledged, processes)
	for i, p := range all {
		p.Result(t, &acks[i])
	}
	end(t, all)

	stored := w.stored(t)
	for i := range acks {
		checkAcknowledged(t, plan[i], &acks[i], stored)
	}
	for id := range subjects {
		checkLogin(t, stored[id], processes*plan[0].Times, acks)
	}
	added := 0
	for i := range acks {
		added += len(acks[i].Added)
	}
	if want := 3*processes + added; len(stored) != want {
		t.Errorf("%d accounts, want %d", len(stored), want)
	}
}

// shared makes three accounts for each process, of which the processes change
// different fields at once, and returns the plans and the accounts whose
// login everybody replaces.
func shared(t *testing.T, w world, processes int) (plan []changes, logins map[string]bool) {
	t.Helper()
	names := func(kind string) []string {
		ids := make([]string, processes)
		for i := range ids {
			h := w.srv.AddAccount(providertest.Account{Subject: fmt.Sprintf("%s-%d", kind, i)})
			ids[i] = w.add(t, h.Account().Subject, h, func(*account.Record) {})
		}
		return ids
	}
	switched, limited, replaced := names("switched"), names("limited"), names("replaced")
	logins = map[string]bool{}
	for i := range processes {
		logins[replaced[i]] = true
		plan = append(plan, changes{
			Name:   fmt.Sprintf("process-%d", i),
			Rename: []string{switched[i], limited[i], replaced[i]},
			Switch: []string{switched[(i+1)%processes]},
			Reset:  []string{limited[(i+3)%processes]},
			Login:  replaced, Times: 70, Adds: 60, // 13 × 70 + 60 + 30 = 1000
		})
	}
	return plan, logins
}

func checkAcknowledged(t *testing.T, c changes, ack *acknowledged, stored map[string]account.Record) {
	t.Helper()
	for _, f := range ack.Failures {
		t.Errorf("%s: %s", c.Name, f)
	}
	if ack.Count != c.count() {
		t.Errorf("%s: %d of %d mutations acknowledged", c.Name, ack.Count, c.count())
	}
	for id, label := range ack.Labels {
		if got := stored[id].Label; got != label {
			t.Errorf("%s is called %q, want %q", id, got, label)
		}
	}
	for id, on := range ack.Enabled {
		if stored[id].Enabled != on {
			t.Errorf("%s: enabled %v, want %v", id, !on, on)
		}
	}
	for _, id := range c.Reset {
		if n := len(stored[id].Limits); n != 0 {
			t.Errorf("%s has %d limits that were reset", id, n)
		}
	}
	for id, label := range ack.Added {
		if stored[id].Label != label {
			t.Errorf("%s was added as %q and is %q", id, label, stored[id].Label)
		}
	}
	for _, id := range ack.Removed {
		if _, there := stored[id]; there {
			t.Errorf("%s was removed and is there", id)
		}
	}
}

// checkLogin checks an account whose login was replaced so often: each time
// began a generation, and the last one is somebody's last.
func checkLogin(t *testing.T, r account.Record, times int, acks []acknowledged) {
	t.Helper()
	if want := uint64(1 + times); r.Generation != want {
		t.Errorf("%s: generation %d after %d logins: %d are lost", r.ID, r.Generation, times, want-r.Generation)
	}
	token := r.Credentials.RefreshToken.Reveal()
	if !slices.ContainsFunc(acks, func(a acknowledged) bool { return a.Tokens[r.Subject] == token }) {
		t.Errorf("%s: the stored login is nobody's last", r.ID)
	}
}
