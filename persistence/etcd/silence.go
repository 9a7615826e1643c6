package etcd

import (
	"sync"
	"time"
)

// silence is how long etcd has not answered. Who asks meanwhile does not wait for what
// others have waited for in vain.
type silence struct {
	mu sync.Mutex
	// since is when the first call failed after the last answer; zero for none.
	since time.Time
}

// patience is how long a call may be tried now.
func (s *silence) patience() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.since.IsZero() {
		return patience
	}
	return max(leastPatience, patience-time.Since(s.since))
}

// note notes what came of a call. A refusal is an answer.
func (s *silence) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil || !isTransient(err):
		s.since = time.Time{}
	case s.since.IsZero():
		s.since = time.Now()
	}
}
