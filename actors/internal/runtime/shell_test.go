package runtime

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newTestSystem(t *testing.T) *System {
	t.Helper()
	s := New(zerolog.Nop())
	t.Cleanup(s.Close)
	return s
}

// recorder is a behavior that hands every message to a function.
type recorder struct {
	handle func(message any)
	ended  func()
}

func (r *recorder) Started(Context)     {}
func (r *recorder) Receive(message any) { r.handle(message) }
func (r *recorder) Stopped() {
	if r.ended != nil {
		r.ended()
	}
}

func spawnRecorder(t *testing.T, s *System, create func() *recorder) *Ref {
	t.Helper()
	r := s.Spawn(func(*Ref) Behavior { return create() })
	t.Cleanup(func() {
		r.Stop()
		<-r.Done()
	})
	return r
}

// number is a message that says who sent it as which of theirs.
type number struct{ sender, n int }

// Messages are handled one at a time, each once, and those of one sender in
// their order, whoever's goroutine runs the actor.
func TestMailboxOrder(t *testing.T) {
	const senders, each = 8, 2_000
	var running atomic.Bool
	next := make([]int, senders)
	handled := 0
	all := make(chan struct{})
	r := spawnRecorder(t, newTestSystem(t), func() *recorder {
		return &recorder{handle: func(message any) {
			if !running.CompareAndSwap(false, true) {
				t.Error("two messages at once")
			}
			m, _ := message.(*number)
			if m.n != next[m.sender] {
				t.Errorf("sender %d: message %d, want %d", m.sender, m.n, next[m.sender])
			}
			next[m.sender]++
			handled++
			if handled == senders*each {
				close(all)
			}
			running.Store(false)
		}}
	})
	var wg sync.WaitGroup
	for sender := range senders {
		wg.Go(func() {
			for n := range each {
				r.Tell(&number{sender, n})
			}
		})
	}
	wg.Wait()
	<-all
}

// An actor that sends to itself and to others does not recurse into itself.
func TestActorSendsToItself(t *testing.T) {
	depth, left := 0, 1_000
	done := make(chan struct{})
	var self *Ref
	self = spawnRecorder(t, newTestSystem(t), func() *recorder {
		return &recorder{handle: func(message any) {
			depth++
			if depth > 1 {
				t.Error("handled inside of itself")
			}
			if left--; left == 0 {
				close(done)
			} else if left > 0 {
				self.Tell(message)
			}
			depth--
		}}
	})
	self.Tell(&number{})
	<-done
}

// question is an ask that may make its actor panic.
type question struct {
	panics bool
	reply  *messages.Reply[int]
}

func (q *question) Fail(error) { q.reply.Send(-1) }

// A panic answers the asker and ends the incarnation; the next message finds
// a new one, and none is lost.
func TestPanicAnswersTheAsker(t *testing.T) {
	incarnations, ended := 0, 0
	r := spawnRecorder(t, newTestSystem(t), func() *recorder {
		incarnations++
		return &recorder{
			handle: func(message any) {
				q, _ := message.(*question)
				if q.panics {
					panic("on purpose")
				}
				q.reply.Send(incarnations)
			},
			ended: func() { ended++ },
		}
	})
	for want, panics := range []bool{true, true, false} {
		q := &question{panics: panics, reply: messages.NewReply[int]()}
		got, err := Ask(t.Context(), r, q, q.reply)
		if err != nil {
			t.Fatal(err)
		}
		if panics && got != -1 {
			t.Errorf("the asker of a panic got %d", got)
		}
		if !panics && (got != want+1 || ended != want) {
			t.Errorf("answered by incarnation %d, %d ended", got, ended)
		}
	}
}

func TestAskEndsWithItsContextAndWithTheActor(t *testing.T) {
	s := newTestSystem(t)
	silent := s.Spawn(func(*Ref) Behavior { return &recorder{handle: func(any) {}} })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q := &question{reply: messages.NewReply[int]()}
	if _, err := Ask(ctx, silent, q, q.reply); !errors.Is(err, context.Canceled) {
		t.Errorf("with a cancelled context: %v", err)
	}
	if q.reply.Send(1) {
		t.Error("an answer was taken for an ask that was given up")
	}
	silent.Stop()
	q = &question{reply: messages.NewReply[int]()}
	if _, err := Ask(t.Context(), silent, q, q.reply); !errors.Is(err, messages.ErrStopped) {
		t.Errorf("of a stopped actor: %v", err)
	}
}

// A registry with fewer buckets still knows protoactor's own processes.
func TestRegistryIsSmall(t *testing.T) {
	s := newTestSystem(t)
	registry := s.actors.ProcessRegistry
	if n := len(registry.LocalPIDs.LocalPIDs); n != registryBuckets {
		t.Errorf("%d buckets", n)
	}
	for _, id := range []string{"deadletter", "eventstream"} {
		if _, ok := registry.Get(s.actors.NewLocalPID(id)); !ok {
			t.Errorf("%s is gone", id)
		}
	}
}

// What protoactor logs of our messages shows their types only.
func TestLoggerRedacts(t *testing.T) {
	var out bytes.Buffer
	s := New(zerolog.New(&out))
	r := s.Spawn(func(*Ref) Behavior { return &recorder{handle: func(any) { panic("sk-secret") }} })
	r.Tell(&number{})
	r.Stop()
	<-r.Done()
	r.Tell(&messages.TokenLeased{Credential: account.Credential{Token: account.NewSecret("sk-secret")}})
	s.Close()
	if !strings.Contains(out.String(), "DeadLetter") || strings.Contains(out.String(), "sk-secret") {
		t.Errorf("log:\n%s", out.String())
	}
}
