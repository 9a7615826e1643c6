package dashboard

import (
	"context"
	"crypto/subtle"
	"slices"
	"sync"
	"time"
)

const (
	// sessionLife is how long a browser stays logged in.
	sessionLife = 12 * time.Hour
	// maxSessions is how many there are; one more ends the oldest.
	maxSessions = 16
)

// session is one browser that is logged in. Of its secrets there are hashes alone.
type session struct {
	cookie, token string
	// ended is done when the session is.
	ended context.Context //nolint:containedctx // it is the session's own, no call's
	end   context.CancelFunc
}

// sessions are the browsers that are logged in, the oldest first. The zero value has
// none.
type sessions struct {
	mu  sync.Mutex
	all []*session
}

// begin returns the secrets of a new session.
func (s *sessions) begin() (cookie, token string) {
	cookie, token = newSecret(), newSecret()
	fresh := &session{cookie: hashed(cookie), token: hashed(token)}
	fresh.ended, fresh.end = context.WithTimeout(context.Background(), sessionLife)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = slices.DeleteFunc(append(s.all, fresh), func(each *session) bool { return each.ended.Err() != nil })
	for len(s.all) > maxSessions {
		s.all[0].end()
		s.all = s.all[1:]
	}
	return cookie, token
}

// find returns the session that has both secrets, nil when none has.
func (s *sessions) find(cookie, token string) *session {
	cookie, token = hashed(cookie), hashed(token)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, each := range s.all {
		if subtle.ConstantTimeCompare([]byte(each.cookie+each.token), []byte(cookie+token)) == 1 && each.ended.Err() == nil {
			return each
		}
	}
	return nil
}

func (s *sessions) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, each := range s.all {
		each.end()
	}
	s.all = nil
}
