package etcd_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount"
)

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
