package etcd_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
)

// step is what a client asks of the register: a look, or a change to value.
type step struct {
	change bool
	value  string
}

// saw is what it found: a change finds the value before it. Unknown is set when no
// answer came, refused when etcd has said that it stores nothing.
type saw struct {
	value            string
	unknown, refused bool
}

// register is one account of which one field is looked at and changed.
func register() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return "" },
		Step: func(state, input, output any) (bool, any) {
			in, out := input.(step), output.(saw)
			fits := out.unknown || out.value == state.(string)
			if in.change {
				return fits, in.value
			}
			return fits, state
		},
	}
}

// history are the operations of all clients.
type history struct {
	begun time.Time
	mu    sync.Mutex
	all   []porcupine.Operation
}

func (h *history) now() int64 { return time.Since(h.begun).Nanoseconds() }

func (h *history) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.all)
}

// add notes an operation that has ended. A look without an answer tells nothing; a
// change without one may be stored at any time from its call on.
func (h *history) add(client int, in step, called int64, out saw) {
	if out.refused || !in.change && out.unknown {
		return
	}
	ended := h.now()
	if out.unknown {
		ended = math.MaxInt64
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, porcupine.Operation{ClientId: client, Input: in, Call: called, Output: out, Return: ended})
}

// client looks and changes in turn, until stop. After a change without an answer it
// goes on as another client.
func (h *history) client(s *etcd.Store, number int, stop <-chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-time.After(20 * time.Millisecond): // so that a checker can follow
		}
		in, called := step{change: n%2 == 0, value: fmt.Sprintf("%d-%d", number, n)}, h.now()
		h.add(number*1_000_000+n, in, called, ask(s, storeKey, in))
	}
}

func ask(s *etcd.Store, key persistence.Key, in step) saw {
	if !in.change {
		rec, err := s.Read(context.Background(), key)
		return saw{value: rec.Plan, unknown: err != nil}
	}
	var before string
	_, err := s.Update(context.Background(), key, func(r *account.Record) { before, r.Plan = r.Plan, in.value })
	refused := errors.Is(err, rpctypes.ErrNoSpace) && !errors.Is(err, etcd.ErrUnknownOutcome)
	return saw{before, err != nil, refused}
}

// The leader is killed again and again, and a member is stopped, while clients of
// several stores look at one account and change it: what they see is what one
// account, changed by one after the other, would show.
func TestAccountIsLinearizable(t *testing.T) {
	stopsProcesses(t)
	t.Parallel()
	c := startCluster(t)
	o := fleet(t, "register", c.endpoints...)
	h := &history{begun: time.Now()}
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for i := range 3 {
		s := closing(t, open(t, o))
		if i == 0 {
			must(t, s.Create(t.Context(), registerRecord("a")))
		}
		for j := range 2 {
			clients.Go(func() { h.client(s, 1+2*i+j, stop) })
		}
	}
	for range 3 {
		<-time.After(time.Second)
		leader := c.leader()
		c.kill(leader)
		<-time.After(2 * time.Second)
		c.start(leader)
		c.ready()
		c.freeze((leader+1)%3, time.Second)
	}
	for end := time.Now().Add(long); h.count() < 100 && time.Now().Before(end); {
		<-time.After(100 * time.Millisecond) // on a busy machine
	}
	close(stop)
	clients.Wait()
	unknown := h.check(t)
	t.Logf("%d operations, %d of them without an answer", len(h.all), unknown)
	if len(h.all) < 100 {
		t.Error("too few operations to tell anything")
	}
}

// registerRecord is an account that a register's history begins with.
func registerRecord(id string) account.Record {
	rec := storetest.Record(id)
	rec.Plan = ""
	return rec
}

// check checks what the clients saw, when all of them have stopped, and returns how
// many changes got no answer.
func (h *history) check(tb testing.TB) (unknown int) {
	tb.Helper()
	for _, op := range h.all {
		if op.Output.(saw).unknown {
			unknown++
		}
	}
	if got := porcupine.CheckOperationsTimeout(register(), h.all, time.Minute); got != porcupine.Ok {
		tb.Errorf("the history of %d operations, %d of them without an answer, is %s", len(h.all), unknown, got)
	}
	return unknown
}
