package persistence

import "sync"

// folderSyncer syncs folders for many writers at once: one fsync serves every
// writer whose rename happened before it began. The zero value with sync set
// is ready.
type folderSyncer struct {
	sync func(folder string) error

	mu      sync.Mutex
	folders map[string]*folderRounds
}

// folderRounds are the fsyncs of one folder, one after another.
type folderRounds struct {
	running sync.Mutex
	// next is the round that has not begun and that a writer may still join.
	next *syncRound
}

type syncRound struct {
	done chan struct{}
	err  error
}

// wait returns when everything renamed in folder before the call is durable,
// or with the error of the fsync that should have made it so.
func (s *folderSyncer) wait(folder string) error {
	rounds, round, leads := s.join(folder)
	if !leads {
		<-round.done
		return round.err
	}
	rounds.running.Lock()
	defer rounds.running.Unlock()
	s.begin(rounds)
	round.err = s.sync(folder)
	close(round.done)
	return round.err
}

// join adds the caller to the next round; the first one there leads it.
func (s *folderSyncer) join(folder string) (rounds *folderRounds, round *syncRound, leads bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rounds = s.folders[folder]
	if rounds == nil {
		if s.folders == nil {
			s.folders = make(map[string]*folderRounds)
		}
		rounds = &folderRounds{}
		s.folders[folder] = rounds
	}
	if rounds.next == nil {
		rounds.next, leads = &syncRound{done: make(chan struct{})}, true
	}
	return rounds, rounds.next, leads
}

// begin closes the next round to newcomers.
func (s *folderSyncer) begin(rounds *folderRounds) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rounds.next = nil
}
