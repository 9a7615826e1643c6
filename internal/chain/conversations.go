package chain

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

const (
	// mostConversations and conversationLife bound what a chain remembers, as a pool's
	// bindings are.
	mostConversations = 4096
	conversationLife  = 6 * time.Hour
	// returnDelay is how long after a limit's end a conversation stays where it is:
	// going back costs it the provider's cache, and a limit that has just ended may
	// come again.
	returnDelay = 5 * time.Minute
	// lookDelay is how often the pools before are asked all the same: a limit may end
	// earlier than was known, by its owner's doing or by newer figures. While it holds
	// that costs nothing.
	lookDelay = 15 * time.Minute
)

// Served says who served a conversation last, and when.
type Served struct {
	// Pool is the pool's place in the chain.
	Pool    int
	Account string
	At      time.Time
	// until is when the pools before that one are asked again, look when they are
	// asked whether they serve earlier; zero when they were not passed over.
	until, look time.Time
}

// PassOver notes that the pools before could not serve. end is when the first of them
// may serve again; zero when that is not known.
func (s *Served) PassOver(end time.Time) {
	if end.Before(s.At) {
		end = s.At
	}
	s.until, s.look = end.Add(returnDelay), s.At.Add(lookDelay)
}

// PassOverAs notes that the pools before had no turn: they are asked when that was
// to be before.
func (s *Served) PassOverAs(before Served) { s.until, s.look = before.until, before.look }

// Stays reports whether the conversation goes on with this pool, and the pools before
// it are not asked.
func (s *Served) Stays(now time.Time) bool {
	if now.Before(s.until.Add(-returnDelay)) {
		return now.Before(s.look)
	}
	return now.Before(s.until)
}

// Conversations says who served each conversation last. The zero value knows none. It
// is safe for concurrent use.
type Conversations struct {
	mu   sync.Mutex
	last map[string]Served
}

// Last returns who served a conversation last; ok is false when that is not known.
func (c *Conversations) Last(key string, now time.Time) (last Served, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last, ok = c.last[key]
	return last, ok && now.Sub(last.At) < conversationLife
}

// Put remembers who serves a conversation, and returns who served it before.
func (c *Conversations) Put(key string, now Served) (before Served, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if before, ok = c.last[key]; !ok && len(c.last) >= mostConversations {
		c.forget()
	}
	if c.last == nil {
		c.last = map[string]Served{}
	}
	c.last[key] = now
	return before, ok && now.At.Sub(before.At) < conversationLife
}

// forget drops the older half.
func (c *Conversations) forget() {
	keys := make([]string, 0, len(c.last))
	for key := range c.last {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Compare(c.last[a].At.UnixNano(), c.last[b].At.UnixNano()) })
	for _, key := range keys[:len(keys)/2] {
		delete(c.last, key)
	}
}
