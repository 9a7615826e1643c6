package multiaccount

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

const (
	// maxTalks and talkLife bound what a chain remembers, as a pool's bindings are.
	maxTalks = 4096
	talkLife = 6 * time.Hour
	// returnDelay is how long after a limit's end a conversation stays where it is:
	// going back costs it the provider's cache, and a limit that has just ended may
	// come again.
	returnDelay = 5 * time.Minute
	// lookDelay is how often the pools before are asked all the same: a limit may end
	// earlier than was known, by its owner's doing or by newer figures. While it holds
	// that costs nothing.
	lookDelay = 15 * time.Minute
)

// talk is where a conversation was served last.
type talk struct {
	link    int
	account string
	// until is when the pools before that are asked again, look when they are asked
	// whether they serve earlier; zero when they were not passed over.
	until, look time.Time
	at          time.Time
}

// stays reports whether the conversation goes on where it is.
func (t *talk) stays(now time.Time) bool {
	if now.Before(t.until.Add(-returnDelay)) {
		return now.Before(t.look)
	}
	return now.Before(t.until)
}

// talks are the conversations of a chain. The zero value has none.
type talks struct {
	mu  sync.Mutex
	all map[string]talk
}

// of returns where a conversation was served last; ok is false when that is not
// known.
func (t *talks) of(key string, now time.Time) (last talk, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	last, ok = t.all[key]
	return last, ok && now.Sub(last.at) < talkLife
}

// put remembers where a conversation is served, and returns where it was served
// before.
func (t *talks) put(key string, now talk) (before talk, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if before, ok = t.all[key]; !ok && len(t.all) >= maxTalks {
		t.forget()
	}
	if t.all == nil {
		t.all = map[string]talk{}
	}
	t.all[key] = now
	return before, ok && now.at.Sub(before.at) < talkLife
}

// forget drops the older half.
func (t *talks) forget() {
	keys := make([]string, 0, len(t.all))
	for key := range t.all {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Compare(t.all[a].at.UnixNano(), t.all[b].at.UnixNano()) })
	for _, key := range keys[:len(keys)/2] {
		delete(t.all, key)
	}
}
