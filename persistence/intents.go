package persistence

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// StrayIntent is an intent whose process has ended without storing a result.
type StrayIntent struct {
	// ID is the account's.
	ID string
	// Path is the note's file.
	Path string
	// At and Process are when and which process; zero for a note that cannot be read.
	At      time.Time
	Process int
	// Pending is set while the account still has the login that the intent is
	// about: only a refresh shows whether it works. Others are left-overs.
	Pending bool
}

// StrayIntents returns the intents of a provider whose processes have ended. An
// exchange that is under way is not among them.
func (s *FileStore) StrayIntents(provider string) ([]StrayIntent, error) {
	folder, err := s.accountsFolderToRead(provider)
	if folder == "" || err != nil {
		return nil, err
	}
	entries, err := s.fs.ReadDir(folder)
	if err != nil {
		return nil, storageError(folder, err)
	}
	var all []StrayIntent
	for _, entry := range entries {
		id, ok := strings.CutSuffix(entry.Name(), intentSuffix)
		if !ok || !fitID(id) {
			continue
		}
		if stray, ok := s.stray(provider, id, filepath.Join(folder, entry.Name())); ok {
			all = append(all, stray)
		}
	}
	return all, nil
}

// stray reads one intent; ok is false when its exchange is under way, or when it
// is gone.
func (s *FileStore) stray(provider, id, path string) (found StrayIntent, ok bool) {
	data, _, err := s.fs.ReadFile(path, maxSmallFile)
	if errors.Is(err, fs.ErrNotExist) {
		return StrayIntent{}, false
	}
	var wire intentWire
	if err == nil {
		err = json.Unmarshal(data, &wire)
	}
	if err != nil {
		return StrayIntent{ID: id, Path: path}, true
	}
	if wire.Instance != "" && s.isAlive(provider, wire.Instance) {
		return StrayIntent{}, false
	}
	found = StrayIntent{ID: id, Path: path, At: wire.At, Process: wire.Process}
	if p, err := s.place(Key{Provider: provider, ID: id}); err == nil {
		rec, err := s.peek(p)
		found.Pending = err == nil && rec.Credentials.RefreshToken.Fingerprint() == wire.Token
	}
	return found, true
}
