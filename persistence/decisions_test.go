package persistence

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// leaveLogs makes files of decisions of other processes, the later ones newer.
func leaveLogs(t *testing.T, folder string, count int, age time.Duration) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range count {
		path := filepath.Join(folder, fmt.Sprintf("%v-%02d.jsonl", age, i))
		write(t, path, path)
		at := time.Now().Add(-age).Add(time.Duration(i) * time.Millisecond)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
}

// Of the files of many processes the latest are read, those of yesterday are
// not, and the first write removes what nobody reads.
func TestFilesOfDecisionsAreFew(t *testing.T) {
	s, _ := withAccounts(t, "a")
	folder := s.decisionsFolder("provider")
	leaveLogs(t, folder, 3, 25*time.Hour)
	leaveLogs(t, folder, decisionLogs+2, time.Minute)
	all, err := s.OthersDecisions("provider")
	if err != nil || len(all) != decisionLogs || string(all[0]) != filepath.Join(folder, "1m0s-17.jsonl") {
		t.Errorf("read %d files, %v", len(all), err)
	}
	for range 2 {
		if err := s.SaveDecisions("provider", []byte("own")); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != decisionLogs+1 {
		t.Errorf("%d files are left, %v", len(entries), err)
	}
	checkNoTempFiles(t, folder)
	if all, err = s.OthersDecisions("provider"); err != nil || len(all) != decisionLogs-1 {
		t.Errorf("read %d files beside the own one, %v", len(all), err)
	}
}

// Whatever fails, the error says so, and the next write works.
func TestEveryFaultOfLeavingDecisions(t *testing.T) {
	for n := 0; ; n++ {
		dir := t.TempDir()
		faulty := &faultyFileSystem{fileSystem: quickFileSystem{}, cause: syscall.ENOSPC, before: n}
		s := &FileStore{dir: dir, fs: faulty, folders: folderSyncer{sync: faulty.SyncDir}, instance: newInstance()}
		err := s.SaveDecisions("provider", []byte("own"))
		failed := faulty.hasFailed()
		if failed == "" {
			break
		}
		checkFault(t, failed, err, syscall.ENOSPC, "free space")
		if err := s.SaveDecisions("provider", []byte("own")); err != nil {
			t.Errorf("after a fault in %s: %v", failed, err)
		}
		checkNoTempFiles(t, dir)
	}
}

// What an earlier write of this process left behind is in nobody's way.
func TestDecisionsAfterAWriteThatFailed(t *testing.T) {
	s, _ := withAccounts(t, "a")
	folder := s.decisionsFolder("provider")
	leaveLogs(t, folder, 0, 0)
	stray := filepath.Join(folder, s.instance.name+decisionsSuffix+tempSuffix)
	write(t, stray, "half")
	if err := s.SaveDecisions("provider", []byte("own")); err != nil {
		t.Fatal(err)
	}
	if got := content(t, filepath.Join(folder, s.instance.name+decisionsSuffix)); got != "own" || exists(stray) {
		t.Errorf("the file holds %q", got)
	}
}
