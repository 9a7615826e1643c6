package etcd_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
)

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
