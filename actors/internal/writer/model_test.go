package writer

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
)

// command is one step of a plan: one process sends it to its writer, and then
// waits for a while.
type command struct {
	kind    string
	id      string
	process int
	wait    time.Duration
}

// The accounts of a plan. Those that are removed, passing, are nobody's reason to
// disable another; created is the one that a process has created last, if it has.
func lasting() []string { return []string{"a", "b", "c"} }
func passing() []string { return []string{"x", "y", created} }

const created = "created"

func drawPlan(t *rapid.T, processes int) []command {
	kinds := []string{
		"save", "save", "lazy", "create", "remove", "pin", "unpin", "pool", "import", "disable", "alert", "commit", "abort", "flush",
	}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) command {
		c := command{
			kind:    rapid.SampledFrom(kinds).Draw(t, "kind"),
			process: rapid.IntRange(0, processes-1).Draw(t, "process"),
			wait:    time.Duration(rapid.IntRange(0, 4).Draw(t, "wait")) * time.Millisecond,
		}
		switch c.kind {
		case "remove":
			c.id = rapid.SampledFrom(passing()).Draw(t, "id")
		case "disable", "pin":
			c.id = rapid.SampledFrom(lasting()).Draw(t, "id")
		default:
			c.id = rapid.SampledFrom(slices.Concat(lasting(), passing())).Draw(t, "id")
		}
		return c
	}), 5, 60).Draw(t, "plan")
}

// process is what one process knows: of an account the latest record that it
// was told of, and whom the pool is pinned to. It does with the answers what
// the actors of accounts and the supervisor do.
type process struct {
	name   string
	writer *Handle

	mu       sync.Mutex
	known    map[string]account.Record
	pinned   string
	pinnedAt time.Time
	sent     int
	created  string
	// stored are the saves that were acknowledged, of each account; bound is
	// the last binding.
	stored   map[string][]string
	bound    string
	commit   map[string]bool // of the refresh that is about to begin
	spent    []string
	failures []string
}

func (p *process) Tell(message any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch m := message.(type) {
	case *messages.PoolLoaded:
		for _, r := range m.Accounts {
			p.learn(r)
		}
		p.pinTo(m.Pinned, m.PinnedAt)
	case *messages.PoolStored:
		p.pinTo(m.Pinned, m.PinnedAt)
	case *messages.PinStored:
		p.check(m.Err)
		p.pinTo(m.Pinned, m.PinnedAt)
	case *messages.AccountCreated:
		if m.Err == nil {
			m.Create.Record.Revision = 1
			p.learn(m.Create.Record)
		}
	case *messages.AccountSaved:
		p.saved(m)
	case *messages.AccountStored:
		p.learn(m.Record)
	case *messages.AccountGone:
		delete(p.known, m.ID)
	case *messages.AccountRemoved:
		p.check(m.Err)
	case *messages.RefreshGranted:
		p.exchange(m.Record)
	case *messages.RefreshAdopted:
		p.learn(m.Record)
	case *messages.RefreshCommitted:
		if m.Err == nil {
			p.learn(m.Record)
		}
	}
}

func (p *process) check(err error) {
	if err != nil {
		p.failures = append(p.failures, err.Error())
	}
}

func (p *process) learn(r account.Record) {
	if known, ok := p.known[r.ID]; !ok || !r.OlderThan(&known) {
		p.known[r.ID] = r
	}
}

func (p *process) pinTo(id string, at time.Time) {
	if !at.Before(p.pinnedAt) {
		p.pinned, p.pinnedAt = id, at
	}
}

func (p *process) saved(m *messages.AccountSaved) {
	if m.Err != nil {
		return // the account is gone
	}
	p.learn(m.Record)
	for _, s := range m.Saves {
		s.Acknowledge(nil)
	}
}

// exchange spends a token, and ends the refresh in a while.
func (p *process) exchange(r account.Record) {
	key, token := keyOf(r.ID), r.Credentials.RefreshToken
	if !p.commit[r.ID] {
		time.AfterFunc(3*time.Millisecond, func() { p.writer.Tell(&messages.AbortRefresh{Key: key, Unspent: true}) })
		return
	}
	p.spent = append(p.spent, token.Reveal())
	grant := account.Grant{AccessToken: account.NewSecret("new"), RefreshToken: account.NewSecret(token.Reveal() + "+")}
	commit := &messages.CommitRefresh{Key: key, Spent: []string{token.Fingerprint()}, Generation: r.Generation, Grant: grant, ReplyTo: p}
	time.AfterFunc(3*time.Millisecond, func() { p.writer.Tell(commit) })
}

func (p *process) send(c command) {
	p.mu.Lock()
	p.sent++
	mark := fmt.Sprintf("%s%d ", p.name, p.sent)
	if c.kind == "create" {
		p.created = strings.ToLower(p.name) + strconv.Itoa(p.sent)
	}
	if c.kind == "create" || c.id == created {
		c.id = p.created
	}
	generation := p.known[c.id].Generation
	p.commit[c.id] = c.kind == "commit"
	p.mu.Unlock()
	key := keyOf(c.id)
	switch c.kind {
	case "save", "lazy":
		p.writer.Tell(&messages.SaveAccount{
			Key: key, Lazy: c.kind == "lazy", ReplyTo: p, Mutate: func(r *account.Record) { r.Label += mark },
			Acknowledge: func(error) { p.stored[c.id] = append(p.stored[c.id], mark) },
		})
	case "create":
		p.writer.Tell(&messages.CreateAccount{Record: recordOf(c.id), ReplyTo: p})
	case "remove":
		p.writer.Tell(&messages.DeleteAccount{Key: key, ReplyTo: p})
	case "pin", "unpin":
		id := map[string]string{"pin": c.id}[c.kind]
		p.writer.Tell(&messages.StorePin{Provider: "p", ID: id, At: time.Now(), ReplyTo: p})
	case "pool":
		p.writer.Tell(&messages.SavePool{
			Provider: "p", Active: c.id, Bindings: []policy.Binding{{Key: p.name, Account: mark, UsedAt: policy.At(time.Now())}},
		})
		p.bound = mark
	case "disable":
		p.disable(c.id, generation)
	case "commit", "abort":
		p.writer.Tell(&messages.BeginRefresh{Key: key, Generation: generation, ReplyTo: p})
	}
}

func (p *process) disable(id string, generation uint64) {
	fault := account.Fault{Kind: account.FaultReauth, At: time.Now()}
	p.writer.Tell(&messages.SaveAccount{Key: keyOf(id), ReplyTo: p, Acknowledge: func(error) {}, Mutate: func(r *account.Record) {
		if r.Generation == generation {
			r.Fault = &fault
		}
	}})
	others := slices.DeleteFunc(lasting(), func(other string) bool { return other == id })
	p.writer.Tell(&messages.DisableUnlessLast{Key: keyOf(id), Generation: generation, Others: others, ReplyTo: p})
}

func recordOf(id string) account.Record {
	return account.Record{
		ID: id, Provider: "p", Kind: account.OAuth, Enabled: true, Generation: 1,
		Credentials: account.Credentials{RefreshToken: account.NewSecret(id)},
	}
}

// Whatever processes have their writers do at once, and in whatever order the
// store gets it done: at rest each of them, the store, and one that opens it
// anew know the same, and nothing that was acknowledged is lost, out of order
// or there twice.
func TestWritersAgreeAtRest(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		processes := rapid.IntRange(1, 3).Draw(r, "processes")
		plan := drawPlan(r, processes)
		seed := rapid.Uint64().Draw(r, "seed")
		w := world{store: persistence.NewMemory()}
		withWriters(t, processes, seed, w.store, func(t *testing.T, writers []*Handle) {
			w.run(t, writers, plan)
		})
		if len(w.faults) > 0 {
			r.Fatalf("%s", strings.Join(w.faults, "\n"))
		}
	})
}

// world is one run of a plan.
type world struct {
	store  *persistence.Memory
	all    []*process
	alerts map[string]int
	faults []string
}

func (w *world) fault(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

func (w *world) run(t *testing.T, writers []*Handle, plan []command) {
	t.Helper()
	for _, id := range slices.Concat(lasting(), []string{"x", "y"}) {
		if err := w.store.Create(t.Context(), recordOf(id)); err != nil {
			t.Fatal(err)
		}
	}
	w.alerts = map[string]int{}
	for i, writer := range writers {
		w.all = append(w.all, &process{
			name: string(rune('A' + i)), created: "x", writer: writer, known: map[string]account.Record{}, stored: map[string][]string{}, commit: map[string]bool{},
		})
		writer.Tell(&messages.LoadPool{Provider: "p", ReplyTo: w.all[i]})
	}
	time.Sleep(time.Second)
	var asking sync.WaitGroup
	var mu sync.Mutex
	for _, c := range plan {
		switch p := w.all[c.process]; c.kind {
		case "import", "alert":
			asking.Go(func() { w.ask(t, &mu, p, c) })
		case "flush":
			asking.Go(func() { flush(t, p.writer) })
		default:
			p.send(c)
		}
		time.Sleep(c.wait)
	}
	asking.Wait()
	time.Sleep(10 * time.Second) // all is at rest
	w.check(t)
}

func (w *world) ask(t *testing.T, mu *sync.Mutex, p *process, c command) {
	var mine bool
	var err error
	name := "import"
	if c.kind == "import" {
		mine, err = p.writer.MarkImported(t.Context(), "p")
	} else {
		name = c.id
		mine, err = p.writer.ClaimAlert(t.Context(), &messages.ClaimAlert{Key: keyOf(c.id), State: "reauth", Generation: 1})
	}
	mu.Lock()
	defer mu.Unlock()
	if w.alerts[name] += map[bool]int{true: 1}[mine]; err != nil {
		w.fault("%s of %s: %v", c.kind, name, err)
	}
}

func (w *world) check(t *testing.T) {
	t.Helper()
	found, err := w.store.Load(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	disk := map[string]account.Record{}
	disabled := 0
	for _, r := range found.Accounts {
		disk[r.ID] = r
		if r.Fault != nil && r.Fault.Disabled {
			disabled++
		}
		w.checkLabel(&r)
	}
	if disabled == len(lasting()) {
		w.fault("all accounts are disabled")
	}
	spent := map[string]bool{}
	for _, p := range w.all {
		w.checkProcess(p, disk, &found.Pool)
		for _, token := range p.spent {
			if spent[token] {
				w.fault("%s was spent twice", token)
			}
			spent[token] = true
		}
	}
	for name, n := range w.alerts {
		if n > 1 {
			w.fault("%d processes were told to see to %s", n, name)
		}
	}
}

func (w *world) checkProcess(p *process, disk map[string]account.Record, pool *persistence.PoolState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.failures {
		w.fault("%s: %s", p.name, f)
	}
	if known, stored := summary(p.known), summary(disk); known != stored {
		w.fault("%s knows %s\nstored are %s", p.name, known, stored)
	}
	if p.pinned != pool.Pinned || !p.pinnedAt.Equal(pool.PinnedAt) {
		w.fault("%s takes the pool for pinned to %q, stored is %q", p.name, p.pinned, pool.Pinned)
	}
	if got := pool.Bindings[p.name].Account; got != p.bound {
		w.fault("%s bound %q last, stored is %q", p.name, p.bound, got)
	}
}

// summary is what a plan can change of accounts.
func summary(all map[string]account.Record) string {
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(all)) {
		r := all[id]
		lines = append(lines, fmt.Sprintf("%s: revision %d, generation %d, token %s, label %s",
			id, r.Revision, r.Generation, r.Credentials.RefreshToken.Reveal(), r.Label))
		if r.Fault != nil {
			lines = append(lines, fmt.Sprintf("%+v", *r.Fault))
		}
	}
	return strings.Join(lines, "; ")
}

// checkLabel sees whether each save that was acknowledged is in the record once,
// and each process' in the order it sent them.
func (w *world) checkLabel(r *account.Record) {
	marks := strings.Fields(r.Label)
	for _, p := range w.all {
		var own []string
		for _, m := range marks {
			if strings.HasPrefix(m, p.name) {
				own = append(own, m+" ")
			}
		}
		if !slices.Equal(own, p.stored[r.ID]) {
			w.fault("%s: %q are stored of %s, acknowledged were %q", r.ID, own, p.name, p.stored[r.ID])
		}
	}
}
