package multiaccount

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/messages"
)

// Event is something that happened to an account or a pool. Its concrete type
// is one of those below; none carries a secret.
type Event = messages.Event

// Occurrence is what all events have in common: whose, and when.
type Occurrence = messages.Occurrence

// The events.
type (
	// AccountJoined tells that an account was added, or got a new login.
	AccountJoined = messages.AccountJoined
	// SettingsChanged tells that the engine works by other settings.
	SettingsChanged = messages.SettingsChanged
	// SettingsRejected tells that the settings file cannot be used as it is now.
	SettingsRejected = messages.SettingsRejected
	// AccountLeft tells that an account was removed.
	AccountLeft = messages.AccountLeft
	// AccountSwitched tells that an account's user switched it on or off.
	AccountSwitched = messages.AccountSwitched
	// AccountCooled tells that an account is limited until a moment.
	AccountCooled = messages.AccountCooled
	// OverageBlocked tells that an account rests because its owner's money is next.
	OverageBlocked = messages.OverageBlocked
	// OwnerNeeded tells that an account is refused until its owner acts.
	OwnerNeeded = messages.OwnerNeeded
	// PoolPaused tells that several accounts met a limit that they share.
	PoolPaused = messages.PoolPaused
	// PoolResumed tells that the pause of all accounts ended early.
	PoolResumed = messages.PoolResumed
	// ConversationMoved tells that a conversation has another account than before.
	ConversationMoved = messages.ConversationMoved
	// DecisionMade tells that a request was turned away or moved on after a failure.
	DecisionMade = messages.DecisionMade
	// CircuitOpened tells that the provider is in trouble, so that requests wait.
	CircuitOpened = messages.CircuitOpened
	// CircuitClosed tells that the provider answers again.
	CircuitClosed = messages.CircuitClosed
	// AccountQuarantined tells that an account's file could not be read.
	AccountQuarantined = messages.AccountQuarantined
	// LoginRefreshed tells that an account has a new access token.
	LoginRefreshed = messages.LoginRefreshed
	// LoginRejected tells that an account's owner has to log in again.
	LoginRejected = messages.LoginRejected
	// RefreshFailed tells that a token exchange failed and will be tried again.
	RefreshFailed = messages.RefreshFailed
	// UsageUpdated tells that an account's quota figures changed noticeably.
	UsageUpdated = messages.UsageUpdated
	// VerificationRequired tells that an account's owner has to visit a page first.
	VerificationRequired = messages.VerificationRequired
	// StreamFailed tells that an answer failed after a part of it was passed on.
	StreamFailed = messages.StreamFailed
	// StreamCut tells that a stream ended before its answer was complete.
	StreamCut = messages.StreamCut
	// SaveFailed tells that a change could not be stored; it is in use and tried again.
	SaveFailed = messages.SaveFailed
	// EventsDropped tells a subscriber how many events it was too slow for.
	EventsDropped = messages.EventsDropped
)

// EncodeEvent returns an event as one JSON object: its name as "event", the
// fields of its type by the names in docs/events.md. It carries no
// secret, and what a terminal would obey is escaped in it.
func EncodeEvent(e Event) ([]byte, error) {
	encoded, err := messages.EncodeEvent(e)
	if err != nil {
		return nil, fmt.Errorf("multiaccount: %w", err)
	}
	return encoded, nil
}

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
			b.log.Error().Msgf("a subscriber panicked (%T) at %T; it is told the next event", reason, e)
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
	log.WithLevel(level).Str("provider", about.Provider).Str("account", about.AccountID).Msgf("%T", e)
}
