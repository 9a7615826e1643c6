package persistence

import "sync"

// folderSyncer syncs folders for many writers at once: one fsync serves every
// writer whose rename happened before it began. The zero value with sync set
// is ready.
type folderSyncer struct {
	sync func(folder string) error

	mu sync.Mutex
	// last is each folder's newest round.
	last map[string]*syncRound
}

// syncRound is one fsync and the writers that wait for it.
type syncRound struct {
	begun bool // guarded by folderSyncer.mu; nobody joins any more
	done  chan struct{}
	err   error // set before done is closed
}

// wait returns when everything renamed in folder before the call is durable,
// or with the error of the fsync that should have made it so.
func (s *folderSyncer) wait(folder string) error {
	round, previous, leads := s.join(folder)
	if !leads {
		<-round.done
		return round.err
	}
	if previous != nil {
		<-previous.done
	}
	s.begin(round)
	round.err = s.sync(folder)
	close(round.done)
	return round.err
}

// join adds the caller to the round that has not begun yet. The first caller
// leads it, as soon as the previous round is done.
func (s *folderSyncer) join(folder string) (round, previous *syncRound, leads bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.last[folder]
	if last != nil && !last.begun {
		return last, nil, false
	}
	if s.last == nil {
		s.last = make(map[string]*syncRound)
	}
	round = &syncRound{done: make(chan struct{})}
	s.last[folder] = round
	return round, last, true
}

func (s *folderSyncer) begin(round *syncRound) {
	s.mu.Lock()
	defer s.mu.Unlock()
	round.begun = true
}
