package admin

import (
	"crypto/rand"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/event"
)

const (
	// feedSize is how many events are kept.
	feedSize = 1024
	// mostReaders is how many streams may be open at the same time.
	mostReaders = 64
)

// feed keeps the latest events of an engine, each with a number. Readers hold a
// place in it and nothing else: one that is slow costs no memory.
type feed struct {
	// run tells the numbers of this feed from those of one before a restart.
	run    string
	cancel func()
	// ended is closed with the feed.
	ended   chan struct{}
	readers sync.WaitGroup

	mu sync.Mutex
	// ring has the event n at n modulo its size; next is the number of the next.
	ring [feedSize][]byte
	next int
	open int
	// changed is closed when there is another event.
	changed chan struct{}
}

func newFeed(subscribe func(func(multiaccount.Event)) (cancel func())) *feed {
	f := &feed{run: rand.Text()[:8], ended: make(chan struct{}), changed: make(chan struct{}), next: 1}
	f.cancel = subscribe(f.add)
	return f
}

func (f *feed) add(e multiaccount.Event) {
	text, err := multiaccount.EncodeEvent(e)
	if err != nil {
		return // of no kind that is known
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ring[f.next%feedSize] = text
	f.next++
	close(f.changed)
	f.changed = make(chan struct{})
}

// enter counts a reader in, unless there are too many or the feed is over.
func (f *feed) enter() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open >= mostReaders || f.isClosed() {
		return false
	}
	f.open++
	f.readers.Add(1)
	return true
}

func (f *feed) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open--
	f.readers.Done()
}

func (f *feed) isClosed() bool {
	select {
	case <-f.ended:
		return true
	default:
		return false
	}
}

// close ends the readers and waits for them.
func (f *feed) close() {
	f.mu.Lock()
	if !f.isClosed() {
		close(f.ended)
		f.cancel()
	}
	f.mu.Unlock()
	f.readers.Wait()
}

// numbered is one event of the feed.
type numbered struct {
	id   string
	text []byte
}

// since returns the events from a number on, with the number that follows them and
// what is closed when there are more. What is not kept any more is told as one event.
func (f *feed) since(from int) (events []numbered, next int, changed <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if oldest := f.oldest(); from < oldest {
		events = append(events, numbered{f.id(oldest - 1), dropped(oldest - from)})
		from = oldest
	}
	for n := from; n < f.next; n++ {
		events = append(events, numbered{f.id(n), f.ring[n%feedSize]})
	}
	return events, f.next, f.changed
}

// oldest is the number of the oldest event that is kept.
func (f *feed) oldest() int {
	if f.next > feedSize {
		return f.next - feedSize
	}
	return 1
}

func (f *feed) id(n int) string { return f.run + "-" + strconv.Itoa(n) }

// after returns the number that follows an id, or that of the next event where there
// is no id. An id of another run is nothing that is known: known is then not set, and
// all that is kept is to follow.
func (f *feed) after(id string) (from int, known bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id == "" {
		return f.next, true
	}
	run, number, _ := strings.Cut(id, "-")
	n, err := strconv.Atoi(number)
	if run != f.run || err != nil || n < 0 || n >= f.next {
		return f.oldest(), false
	}
	return n + 1, true
}

// dropped is an event that tells how many were missed; 0 when that is not known.
func dropped(count int) []byte {
	text, err := multiaccount.EncodeEvent(event.EventsDropped{Occurrence: event.Occurrence{At: time.Now()}, Count: count})
	if err != nil {
		panic("admin: an event does not encode: " + err.Error())
	}
	return text
}
