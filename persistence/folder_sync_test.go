package persistence

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// One fsync runs; the writers that come meanwhile must not be served by it,
// since their renames came after it began, but share a single one after it.
func TestFolderSyncServesAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var syncs atomic.Int64
		release := make(chan struct{})
		s := folderSyncer{sync: func(string) error {
			syncs.Add(1)
			<-release
			return nil
		}}
		var done atomic.Int64
		writer := func() {
			if err := s.wait("folder"); err != nil {
				t.Error(err)
			}
			done.Add(1)
		}
		go writer()
		synctest.Wait()
		for range 63 {
			go writer()
		}
		synctest.Wait()
		check := func(when string, wantSyncs, wantDone int64) {
			if syncs.Load() != wantSyncs || done.Load() != wantDone {
				t.Errorf("%s: %d fsyncs began and %d writers are served, want %d and %d",
					when, syncs.Load(), done.Load(), wantSyncs, wantDone)
			}
		}
		check("while the first runs", 1, 0)
		release <- struct{}{}
		synctest.Wait()
		check("after the first", 2, 1)
		release <- struct{}{}
		synctest.Wait()
		check("after the second", 2, 64)
	})
}

func TestFolderSyncTellsItsErrorToAllItServes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken disk")
		results := make(chan error)
		release := make(chan error)
		s := folderSyncer{sync: func(string) error { return <-release }}
		for n := range 4 {
			go func() { results <- s.wait("folder") }()
			if n == 0 {
				synctest.Wait()
			}
		}
		synctest.Wait()
		release <- nil
		if err := <-results; err != nil {
			t.Errorf("the first: %v", err)
		}
		release <- broken
		for range 3 {
			if err := <-results; !errors.Is(err, broken) {
				t.Errorf("got %v, want the error of the shared fsync", err)
			}
		}
		go func() { release <- nil }()
		if err := s.wait("folder"); err != nil {
			t.Errorf("a later one: %v, want nothing of the old error", err)
		}
	})
}

func TestFolderSyncOfFoldersAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s := folderSyncer{sync: func(folder string) error {
			if folder == "slow" {
				<-release
			}
			return nil
		}}
		go func() { _ = s.wait("slow") }()
		synctest.Wait()
		if err := s.wait("quick"); err != nil { // a deadlock if it waited for the other
			t.Error(err)
		}
		close(release)
	})
}
