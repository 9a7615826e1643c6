package etcd_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
)

// soakFor is how long TestSoak runs:
//
//	go test -run Soak -timeout 30m . -args -soak 15m
var soakFor = flag.Duration("soak", 0, "how long TestSoak runs; 0 skips it")

const (
	soakEngines  = 4
	soakAccounts = 8
	// soakLife is that of an access token.
	soakLife = 8 * time.Second
	// soakDelay is between the spending of a token and the answer: who dies in it
	// takes the login along.
	soakDelay = 300 * time.Millisecond
	// soakQuota is what members store at most.
	soakQuota = 32 << 20
	// soakSlack is what the soak takes besides, at most.
	soakSlack = 4 * time.Minute
)

// Four engine processes share accounts whose tokens end within seconds, and a
// register, while members, engines and the wires between them fail. No refresh token
// is spent twice, but for one whose process could not store what it was given; no
// login is replaced by an earlier one, or handed out after it has ended; what the
// register shows is linearizable; and in the end each account's latest login is
// stored and served.
func TestSoak(t *testing.T) {
	if *soakFor == 0 {
		t.Skip("it takes as long as -soak says")
	}
	stopsProcesses(t)
	if ends, bound := t.Deadline(); bound && time.Until(ends) < *soakFor+soakSlack {
		t.Fatalf("go test would end it: add -timeout %s", *soakFor+2*soakSlack)
	}
	t.Parallel()
	s := newSoak(t)
	stop := watchPublished(t, s.cluster, s.stage, s.exchanges)
	s.work()
	happened := map[string]int{}
	for end := time.Now().Add(*soakFor); time.Now().Before(end) && s.well(); {
		<-time.After(time.Second)
		f := s.next()
		f.do(s)
		happened[f.name]++
		s.cluster.ready()
		s.compact()
		s.turn()
		s.loginAgain()
	}
	s.settle()
	s.report(happened, stop())
}

// soak is a stage with engines on it, and what is known of them.
type soak struct {
	*stage

	tb        testing.TB
	cluster   *cluster
	exchanges *exchanges
	hosts     []*host
	stop      chan struct{}
	working   sync.WaitGroup
	// coming are the faults that have not had their turn.
	coming []fault
	// started counts processes, again how often each account's owner logged in again.
	started int
	again   map[string]int

	mu       sync.Mutex
	register *registerTurn
	turns    int
	asked    int
	unknown  int
}

// host is a machine: its wires to etcd, and the engine process that runs on it.
type host struct {
	wires []*relay

	mu      sync.Mutex
	engine  *engine
	process int

	served, refused int
}

func newSoak(tb testing.TB) *soak {
	tb.Helper()
	c := startClusterOf(tb, soakQuota)
	s := &soak{
		tb: tb, cluster: c, stage: newStage(tb, soakAccounts, soakLife, false, c.endpoints...),
		stop: make(chan struct{}), again: map[string]int{},
	}
	s.exchanges = watchExchanges(tb, s.config.TokenURL)
	s.config.TokenURL = s.exchanges.endpoint(0)
	s.srv.SetTokenDelay(soakDelay)
	for _, h := range s.logins {
		s.exchanges.login(0, h.AccessToken(), h.RefreshToken(), h.ExpiresAt())
	}
	s.register = s.newTurn()
	for range soakEngines {
		h := &host{}
		for _, endpoint := range c.endpoints {
			h.wires = append(h.wires, newRelay(tb, endpoint))
		}
		s.start(h)
		s.hosts = append(s.hosts, h)
	}
	return s
}

// start starts a process on a host.
func (s *soak) start(h *host) {
	s.started++
	config := s.config
	config.TokenURL, config.Endpoints = s.exchanges.endpoint(s.started), nil
	for _, wire := range h.wires {
		config.Endpoints = append(config.Endpoints, wire.url)
	}
	h.engine, h.process = startEngine(s.tb, config), s.started
}

// next returns a fault: all of them in random order, and again.
func (s *soak) next() fault {
	if len(s.coming) == 0 {
		s.coming = faults()
		rand.Shuffle(len(s.coming), func(i, j int) { s.coming[i], s.coming[j] = s.coming[j], s.coming[i] })
	}
	f := s.coming[0]
	s.coming = s.coming[1:]
	return f
}

func (s *soak) well() bool {
	wrong, _ := s.exchanges.complaints()
	return len(wrong) == 0 && !s.tb.Failed()
}

// work has each engine asked for accounts, and for the register, all the time.
func (s *soak) work() {
	for _, h := range s.hosts {
		s.working.Go(func() {
			var seen *handed
			for n := 0; ; n++ {
				select {
				case <-s.stop:
					return
				case <-time.After(25 * time.Millisecond): // so that a checker can follow
				}
				h.mu.Lock()
				e, process := h.engine, h.process
				h.mu.Unlock()
				if seen == nil || seen.process != process {
					seen = &handed{process: process, ranks: map[string]int{}, stored: s.endOf}
				}
				s.acquire(h, e, seen, s.ids[rand.IntN(len(s.ids))])
				s.askRegister(e, n)
			}
		})
	}
}

func (s *soak) acquire(h *host, e *engine, seen *handed, id string) {
	asked := time.Now()
	got, alive := e.ask(order{Work: "acquire", Account: id})
	switch {
	case !alive:
	case got.Error != "":
		h.refused++
	default:
		h.served++
		seen.look(id, got.Token, asked, s.exchanges)
	}
}

// endOf is when a token ends as all engines know it, from when they were told of it;
// later, than the provider counts, by as long as the answer was under way.
func (s *soak) endOf(id, token string) (ends time.Time, stored bool) {
	s.cluster.soon("reading an account", func(ctx context.Context) error {
		rec, err := s.store.Read(ctx, keyOf(id))
		ends, stored = rec.Credentials.ExpiresAt, rec.Credentials.AccessToken.Reveal() == token
		return err
	})
	return ends, stored
}

// ask is order and next for a process that may be killed meanwhile.
func (e *engine) ask(o order) (got answer, alive bool) {
	line, err := json.Marshal(o)
	if err == nil {
		_, err = e.in.Write(append(line, '\n'))
	}
	if err != nil {
		return answer{}, false
	}
	select {
	case got, alive = <-e.lines:
		return got, alive
	case <-time.After(2 * long):
		e.tb.Errorf("an engine does not say what came of %s", o.Work)
		return answer{}, false
	}
}

// registerTurn is a register of its own for each fault, so that its history stays
// short.
type registerTurn struct {
	history
	id    string
	using sync.WaitGroup
}

func registerKey(id string) persistence.Key {
	return persistence.Key{Provider: storetest.Provider, ID: id}
}

func (s *soak) newTurn() *registerTurn {
	s.turns++
	r := &registerTurn{history: history{begun: time.Now()}, id: fmt.Sprintf("register-%d", s.turns)}
	s.cluster.soon("making a register", func(ctx context.Context) error { return s.store.Create(ctx, registerRecord(r.id)) })
	return r
}

// askRegister looks at the register or changes it. A change whose process was killed
// may be stored.
func (s *soak) askRegister(e *engine, n int) {
	s.mu.Lock()
	r := s.register
	r.using.Add(1)
	s.asked++
	in := step{change: n%2 == 0, value: fmt.Sprint(s.asked)}
	client := s.asked
	s.mu.Unlock()
	defer r.using.Done()
	work, called := "look", r.now()
	if in.change {
		work = "change"
	}
	got, alive := e.ask(order{Work: work, Account: r.id, Value: in.value})
	r.add(client, in, called, saw{got.Saw, !alive || got.Error != "", got.Refused})
}

// turn takes another register, and checks the history of the one before.
func (s *soak) turn() {
	next := s.newTurn()
	s.mu.Lock()
	r := s.register
	s.register = next
	s.mu.Unlock()
	r.using.Wait()
	s.unknown += r.check(s.tb)
	s.cluster.soon("removing a register", func(ctx context.Context) error { return s.store.Remove(ctx, registerKey(r.id)) })
}

// loginAgain is what the owner of a lost login does.
func (s *soak) loginAgain() {
	for _, id := range s.ids {
		rec, err := s.store.Read(s.tb.Context(), keyOf(id))
		if err != nil || rec.Fault == nil {
			continue
		}
		s.again[id]++
		h := s.logins[id]
		h.Login()
		s.exchanges.login(s.again[id], h.AccessToken(), h.RefreshToken(), h.ExpiresAt())
		s.withPool(s.tb, func(pool *multiaccount.Pool) {
			got, err := pool.Add(s.tb.Context(), loginOf(h, h.ExpiresAt()))
			if err != nil || got != id {
				s.tb.Errorf("logging in to %s again made %s, %v", id, got, err)
			}
		})
	}
}

// settle ends the work. With everything well, each engine serves each account.
func (s *soak) settle() {
	close(s.stop)
	s.working.Wait()
	s.turn()
	for _, h := range s.hosts {
		for _, id := range s.ids {
			s.settled(h.engine, id)
		}
	}
	s.verifyStored(s.tb)
}

func (s *soak) settled(e *engine, id string) {
	s.tb.Helper()
	for end := time.Now().Add(long); ; {
		got := e.do("acquire", id)
		if got.Error == "" {
			return
		}
		if time.Now().After(end) {
			s.tb.Errorf("%s is not served: %s", id, got.Error)
			return
		}
		s.loginAgain()
	}
}

// report tells what happened, and what was wrong in it.
func (s *soak) report(happened map[string]int, stored int) {
	stats := s.srv.Stats()
	wrong, excused := s.exchanges.complaints()
	for _, w := range wrong {
		s.tb.Error(w)
	}
	lost, served, refused := 0, 0, 0
	for _, n := range s.again {
		lost += n
	}
	for _, h := range s.hosts {
		served, refused = served+h.served, refused+h.refused
	}
	if stats.RefreshTokensSpentTwice != excused || stats.RefreshTokensSpentThrice != 0 || lost > excused {
		s.tb.Errorf("%d tokens were sent twice, %d a third time, %d logins lost; %d of that is from processes that died",
			stats.RefreshTokensSpentTwice, stats.RefreshTokensSpentThrice, lost, excused)
	}
	if stats.Refreshes < 2*len(s.ids) || s.asked < 100 {
		s.tb.Error("too little happened to tell anything")
	}
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(happened)) {
		faults = append(faults, fmt.Sprintf("%s %d", name, happened[name]))
	}
	s.tb.Logf("%s: %s", *soakFor, strings.Join(faults, ", "))
	s.tb.Logf("%d acquired, %d refused; %d exchanges, %d values stored; %d processes died with a login (%d lost); register: %d operations, %d changes without an answer",
		served, refused, stats.Refreshes, stored, excused, lost, s.asked, s.unknown)
}
