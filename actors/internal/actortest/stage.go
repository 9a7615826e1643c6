// Package actortest tests one actor alone, in a bubble of [testing/synctest].
// Inboxes take the place of the actors around it. A test sends messages, and says
// which messages follow and which do not.
package actortest

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/actors/internal/shared"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
)

// Stage is what an actor has around it.
type Stage struct {
	*shared.Pool
	T *testing.T
	// ToSupervisor and ToWriter have the messages to those actors, Events the
	// published events.
	ToSupervisor, ToWriter, Events *Inbox

	actors []*runtime.Ref
}

// Run runs test on a stage, with a provider.
func Run(t *testing.T, p providers.Provider, test func(s *Stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &Stage{T: t, ToSupervisor: &Inbox{}, ToWriter: &Inbox{}, Events: &Inbox{}}
		s.Pool = &shared.Pool{
			System: runtime.New(zerolog.Nop()), Provider: p, Supervisor: s.ToSupervisor, Writer: s.ToWriter,
			Publish: func(e event.Event) { s.Events.Tell(e) },
		}
		s.Tuning.Store(&policy.Tuning{MinBackoff: time.Minute, DefaultRetryAfter: time.Minute, MaxAuthFailures: 3, RejectedBackoff: time.Minute})
		defer time.Sleep(time.Second) // past protoactor's dead-letter throttle
		defer s.end()
		test(s)
	})
}

// Enter stops an actor at the end of the test. Those that entered last are
// stopped first.
func (s *Stage) Enter(actor *runtime.Ref) *runtime.Ref {
	s.actors = append(s.actors, actor)
	return actor
}

func (s *Stage) end() {
	for i := len(s.actors) - 1; i >= 0; i-- {
		s.actors[i].Stop()
		<-s.actors[i].Done()
	}
	s.Close()
}

// Tell sends messages to an actor, and waits until all goroutines are idle.
func Tell(to *runtime.Ref, messages ...any) {
	for _, m := range messages {
		to.Tell(m)
	}
	synctest.Wait()
}

// After lets time pass, and waits until all goroutines are idle.
func After(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// Login returns an account with a token that is good for an hour.
func Login(id string) *account.Record {
	return &account.Record{
		ID: id, Provider: "p", Kind: account.OAuth, Lineage: account.Owned, Enabled: true, Weight: 1, Generation: 1, Subject: id,
		Credentials: account.Credentials{
			AccessToken: account.NewSecret("access-" + id), RefreshToken: account.NewSecret("refresh-" + id), ExpiresAt: time.Now().Add(time.Hour),
		},
	}
}

// Inbox keeps what was sent to it. It is safe for concurrent use.
type Inbox struct {
	mu  sync.Mutex //nolint:forbidigo // it is no actor
	all []any
}

// Tell implements messages.Recipient.
func (i *Inbox) Tell(message any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.all = append(i.all, message)
}

// Clear forgets what was sent.
func (i *Inbox) Clear() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.all = nil
}

// Len returns how many messages are there.
func (i *Inbox) Len() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.all)
}

// String returns the types of the messages.
func (i *Inbox) String() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	types := ""
	for _, m := range i.all {
		types += fmt.Sprintf(" %T", m)
	}
	return "[" + types + " ]"
}

// Take returns the oldest message of a type, which must be there, and forgets it.
func Take[T any](t *testing.T, i *Inbox) T {
	t.Helper()
	m, ok := take[T](i)
	if !ok {
		t.Fatalf("no %T was sent; there is %s", m, i)
	}
	return m
}

// Last is [Take] for the newest message of a type; it forgets the others, too.
func Last[T any](t *testing.T, i *Inbox) T {
	t.Helper()
	last := Take[T](t, i)
	for {
		next, ok := take[T](i)
		if !ok {
			return last
		}
		last = next
	}
}

// None fails the test when a message of a type was sent.
func None[T any](t *testing.T, i *Inbox) {
	t.Helper()
	if m, ok := take[T](i); ok {
		t.Errorf("a %T was sent: %+v", m, m)
	}
}

func take[T any](i *Inbox) (m T, ok bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for n, sent := range i.all {
		if m, ok = sent.(T); ok {
			i.all = append(i.all[:n:n], i.all[n+1:]...)
			return m, true
		}
	}
	return m, false
}
