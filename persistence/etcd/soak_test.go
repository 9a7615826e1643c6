package etcd_test

import (
	"context"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
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
