package multiaccount

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// eventBacklog is how many events may wait for a slow subscriber.
const eventBacklog = 1024

// lastEvents is how long a subscriber has for its last events when Close may
// not wait any more.
const lastEvents = time.Second

// broker hands events to subscribers, each on a goroutine of its own.
type broker struct {
	log         zerolog.Logger
	mu          sync.Mutex
	subscribers []*subscriber
	// opening are the events from before anybody could subscribe.
	opening []Event
	opened  bool
	closed  bool
	running sync.WaitGroup
}

type subscriber struct {
	events chan Event
	// dropped counts what did not fit; guarded by the broker's mutex.
	dropped int
	stop    chan struct{}
	once    sync.Once
}

func newBroker(log zerolog.Logger) *broker { return &broker{log: log} }

// publish never blocks.
func (b *broker) publish(e Event) {
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

// open tells that whoever wants events can have them from now on.
func (b *broker) open() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.opened = true
}

func (s *subscriber) offer(e Event) {
	if s.dropped > 0 {
		missed := EventsDropped{Occurrence: Occurrence{Provider: e.About().Provider, At: e.About().At}, Count: s.dropped}
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

func (b *broker) subscribe(fn func(Event)) (cancel func()) {
	s := &subscriber{events: make(chan Event, eventBacklog), stop: make(chan struct{})}
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
		s.deliver(func(e Event) { b.tell(fn, e) })
	}()
	return func() { b.unsubscribe(s) }
}

// tell calls a subscriber, whose panic must not end the process.
func (b *broker) tell(fn func(Event), e Event) {
	defer func() {
		if reason := recover(); reason != nil {
			b.log.Error().Msgf("a subscriber panicked (%T) at %s; it is told the next event", reason, e.Name())
		}
	}()
	fn(e)
}

// deliver calls fn until the subscription ends. What waits then is dropped,
// except when the engine closes.
func (s *subscriber) deliver(fn func(Event)) {
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

func (b *broker) unsubscribe(s *subscriber) {
	s.once.Do(func() { close(s.stop) })
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subscribers = slices.DeleteFunc(b.subscribers, func(o *subscriber) bool { return o == s })
}

// errStuckSubscriber is one error of [Engine.Close].
var errStuckSubscriber = errors.New("a subscriber has not returned from its last event; its goroutine ends when it does")

// close delivers what was published and ends all subscriptions. It waits for
// the subscribers as the engine does for requests, and a moment longer.
func (b *broker) close(ctx context.Context) error {
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
	case <-time.After(drainTime):
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
func logEvent(log zerolog.Logger, e Event) {
	level := zerolog.DebugLevel
	switch e.(type) {
	case LoginRejected, SaveFailed, AccountQuarantined, VerificationRequired, OverageBlocked, OwnerNeeded, CircuitOpened, PoolPaused, SettingsRejected:
		level = zerolog.WarnLevel
	}
	about := e.About()
	log.WithLevel(level).Str("provider", about.Provider).Str("account", about.AccountID).Msg(string(e.Name()))
}
