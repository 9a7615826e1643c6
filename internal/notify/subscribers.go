// Package notify tells of an engine's events: to who subscribes, and to the program that
// the account's owner names.
package notify

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/event"
)

// eventBacklog is how many events may wait for a slow subscriber.
const eventBacklog = 1024

// lastEvents is how long a subscriber has for its last events when Close may
// not wait any more.
const lastEvents = time.Second

// Subscribers are told of events, each on a goroutine of its own. They are safe for
// concurrent use.
type Subscribers struct {
	log         zerolog.Logger
	mu          sync.Mutex
	subscribers []*subscriber
	// opening are the events from before anybody could subscribe.
	opening []event.Event
	opened  bool
	closed  bool
	running sync.WaitGroup
}

type subscriber struct {
	events chan event.Event
	// dropped counts what did not fit; guarded by the mutex of Subscribers.
	dropped int
	stop    chan struct{}
	once    sync.Once
}

// NewSubscribers returns none yet. log gets a line for each event, and for each
// subscriber that panics.
func NewSubscribers(log zerolog.Logger) *Subscribers { return &Subscribers{log: log} }

// Publish tells all subscribers. It never blocks.
func (b *Subscribers) Publish(e event.Event) {
	logEvent(b.log, e)
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.opened {
		b.opening = append(b.opening, e)
	}
	for _, s := range b.subscribers {
		s.offer(e)
	}
}

// Open says that whoever wants events can subscribe from now on: what comes after is
// not kept for those who subscribe later.
func (b *Subscribers) Open() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.opened = true
}

func (s *subscriber) offer(e event.Event) {
	if s.dropped > 0 {
		missed := event.EventsDropped{Occurrence: event.Occurrence{Provider: e.About().Provider, At: e.About().At}, Count: s.dropped}
		select {
		case s.events <- missed:
			s.dropped = 0
		default:
		}
	}
	select {
	case s.events <- e:
	default:
		s.dropped++
	}
}

// Subscribe calls fn with each event, from those of the opening on, one at a time,
// until cancel is called.
func (b *Subscribers) Subscribe(fn func(event.Event)) (cancel func()) {
	s := &subscriber{events: make(chan event.Event, eventBacklog), stop: make(chan struct{})}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return func() {}
	}
	for _, e := range b.opening {
		s.offer(e)
	}
	b.subscribers = append(b.subscribers, s)
	b.running.Add(1)
	go func() {
		defer b.running.Done()
		s.deliver(func(e event.Event) { b.tell(fn, e) })
	}()
	return func() { b.unsubscribe(s) }
}

// tell calls a subscriber, whose panic must not end the process.
func (b *Subscribers) tell(fn func(event.Event), e event.Event) {
	defer func() {
		if reason := recover(); reason != nil {
			b.log.Error().Msgf("a subscriber panicked (%T) at %s; it is told the next event", reason, e.Name())
		}
	}()
	fn(e)
}

// deliver calls fn until the subscription ends. What waits then is dropped,
// except when the engine closes.
func (s *subscriber) deliver(fn func(event.Event)) {
	for {
		select {
		case <-s.stop:
			return
		case e, ok := <-s.events:
			if !ok || s.stopped() {
				return
			}
			fn(e)
		}
	}
}

func (s *subscriber) stopped() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

func (b *Subscribers) unsubscribe(s *subscriber) {
	s.once.Do(func() { close(s.stop) })
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subscribers = slices.DeleteFunc(b.subscribers, func(o *subscriber) bool { return o == s })
}

// errStuckSubscriber is the error of [Subscribers.Close].
var errStuckSubscriber = errors.New("a subscriber has not returned from its last event; its goroutine ends when it does")

// Close delivers what was published and ends all subscriptions. It waits for the
// subscribers until ctx ends, for patience at most, and a moment longer.
func (b *Subscribers) Close(ctx context.Context, patience time.Duration) error {
	b.mu.Lock()
	b.closed = true
	for _, s := range b.subscribers {
		close(s.events)
	}
	b.subscribers = nil
	b.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		b.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	case <-time.After(patience):
	}
	select {
	case <-ended:
		return nil
	case <-time.After(lastEvents):
		return errStuckSubscriber
	}
}

// logEvent writes what the account's owner has to know as a warning, and the
// rest for whoever debugs.
func logEvent(log zerolog.Logger, e event.Event) {
	level := zerolog.DebugLevel
	switch e.(type) {
	case event.LoginRejected, event.SaveFailed, event.AccountQuarantined, event.VerificationRequired, event.OverageBlocked,
		event.OwnerNeeded, event.CircuitOpened, event.PoolPaused, event.SettingsRejected:
		level = zerolog.WarnLevel
	}
	about := e.About()
	log.WithLevel(level).Str("provider", about.Provider).Str("account", about.AccountID).Msg(string(e.Name()))
}
