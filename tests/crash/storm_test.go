package crash_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/crash/traffic"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

const (
	stormLogins    = 4
	stormVictims   = 3
	stormSurvivors = 2
	// stormTimeout is the provider's: how long a request of a dead process
	// counts as on its way.
	stormTimeout = 2 * time.Second
	// stormDelay is how long a login is lost by a death: between the spending of
	// its token and the answer.
	stormDelay = 5 * time.Millisecond
)

// storm is a folder in which many engines use the same logins, while one
// victim after the other is killed or stopped, its requests in flight.
type storm struct {
	srv       *providertest.Server
	dir       string
	rng       *rand.Rand
	survivors []*multiaccount.Pool
	logins    map[string]login
	ids       []string
	victims   []*stormVictim
	// lost are the logins that are lost now, by account; losses counts them all.
	lost                  map[string]bool
	losses, stops, killed int
}

func newStorm(tb testing.TB, seed uint64) *storm {
	tb.Helper()
	srv := providertest.New(providertest.Options{TokenTTL: tokenTTL, TokenDelay: stormDelay})
	tb.Cleanup(srv.Close)
	s := &storm{srv: srv, dir: tb.TempDir(), rng: rand.New(rand.NewPCG(seed, 1)), logins: map[string]login{}, lost: map[string]bool{}}
	for range stormSurvivors {
		at := rig.Hasty(rig.Providers(srv)[0], stormTimeout)
		engine := rig.Open(tb, multiaccount.Config{Dir: s.dir, Providers: []providers.Provider{at}})
		s.survivors = append(s.survivors, rig.Pool(tb, engine, pool))
	}
	for range stormLogins {
		h := srv.AddAccount(providertest.Account{})
		id := rig.Add(tb, s.survivors[0], rig.OAuth(h))
		s.logins[id], s.ids = h, append(s.ids, id)
	}
	for range stormVictims {
		s.victims = append(s.victims, s.victim(tb))
	}
	return s
}

// stormVictim is a process, and whether its engine is known to be open.
type stormVictim struct {
	*peer.Process
	ready bool
}

// victim starts a process that joins the storm.
func (s *storm) victim(tb testing.TB) *stormVictim {
	tb.Helper()
	at := peer.At(s.srv, s.dir)
	at.RefreshTimeout = stormTimeout
	v := peer.Start(tb, victim(tb), at)
	v.Order(tb, "storm", traffic.Storm{Seed: s.rng.Uint64(), Logins: s.ids})
	return &stormVictim{Process: v}
}

// TestStorm kills, by the flag -kills, a hundred processes or as many as it is
// told to. However they die, no refresh token is sent a third time, and what is
// lost says so until its owner logs in again.
func TestStorm(t *testing.T) {
	t.Parallel()
	seed := seedOf(t)
	s := newStorm(t, seed)
	ctx, cancel := context.WithCancel(t.Context())
	var surviving sync.WaitGroup
	for i, p := range s.survivors {
		rng := rand.New(rand.NewPCG(seed, 2+uint64(i)))
		surviving.Go(func() {
			for ctx.Err() == nil {
				traffic.Gust(ctx, p, rng, s.ids)
			}
		})
	}
	for s.killed < *kills && !t.Failed() {
		s.strike(t)
		s.look(t)
	}
	cancel()
	surviving.Wait()
	s.settle(t)
}

// strike kills a victim at a random moment, or stops it for one, and lets
// another take the place of a dead one.
func (s *storm) strike(tb testing.TB) {
	tb.Helper()
	n := s.rng.IntN(len(s.victims))
	v := s.victims[n]
	if !v.ready {
		v.Ready(tb)
		v.ready = true
	}
	<-time.After(time.Duration(s.rng.IntN(60)) * time.Millisecond) // at a random moment
	if s.rng.IntN(3) == 0 {
		s.stops++
		v.Stop(tb)
		<-time.After(time.Duration(s.rng.IntN(100)) * time.Millisecond)
		if s.rng.IntN(2) == 0 {
			v.Continue(tb)
			return
		}
	}
	v.Kill()
	s.killed++
	s.victims[n] = s.victim(tb)
}

// look checks what the provider was sent, and lets the owner of a lost login
// log in again, sooner or later.
func (s *storm) look(tb testing.TB) {
	tb.Helper()
	if n := s.srv.Stats().RefreshTokensSpentThrice; n != 0 {
		tb.Fatalf("%d refresh tokens were sent a third time", n)
	}
	for _, id := range s.ids {
		state := rig.Status(tb, s.survivors[0], id).State
		switch {
		case state == multiaccount.StateLoginLost && !s.lost[id]:
			s.lost[id] = true
			s.losses++
		case state != multiaccount.StateLoginLost && s.lost[id]:
			tb.Errorf("account %s was lost and is %s, although nobody logged in again", id, state)
		case state == multiaccount.StateLoginLost, state == multiaccount.StateReauth:
			if s.rng.IntN(20) == 0 {
				s.login(tb, id)
			}
		}
	}
}

// login logs an account in again.
func (s *storm) login(tb testing.TB, id string) {
	tb.Helper()
	s.logins[id].Login()
	if again := rig.Add(tb, s.survivors[0], rig.OAuth(s.logins[id])); again != id {
		tb.Errorf("a new login of %s became account %s", id, again)
	}
	s.lost[id] = false
}

// settle ends the storm: with all victims dead, each login works or can be made
// to work, and each death cost one login at most.
func (s *storm) settle(tb testing.TB) {
	tb.Helper()
	for _, v := range s.victims {
		v.Kill()
		s.killed++
	}
	for _, id := range s.ids {
		if s.survivors[0].Refresh(rig.Deadline(tb), id) != nil {
			s.login(tb, id)
			rig.Must(tb, s.survivors[0].Refresh(rig.Deadline(tb), id))
		}
	}
	stats := s.srv.Stats()
	if stats.RefreshTokensSpentTwice > s.killed {
		tb.Errorf("%d refresh tokens were sent twice, with %d processes killed", stats.RefreshTokensSpentTwice, s.killed)
	}
	tb.Logf("%d kills, %d stops, %d exchanges; %d logins lost, %d tokens sent twice, %d a third time",
		s.killed, s.stops, stats.Refreshes, s.losses, stats.RefreshTokensSpentTwice, stats.RefreshTokensSpentThrice)
}
