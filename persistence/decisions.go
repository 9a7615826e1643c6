package persistence

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// DecisionLog is a [Store] that also keeps decisions: each user of the store
// stores its latest ones there for the others to read. Its methods are safe for
// concurrent use.
type DecisionLog interface {
	// SaveDecisions replaces what this user stored for a provider. It does not
	// wait for the disk: a power failure may lose these decisions, nothing else.
	SaveDecisions(provider string, lines []byte) error
	// OthersDecisions returns what each other user stored in the last 24 hours,
	// also of users that have ended: the latest, at most 16.
	OthersDecisions(provider string) ([][]byte, error)
}

// decisionsFolder holds a file of lines for each process, a decision a line.
const (
	decisionsFolder = "decisions"
	decisionsSuffix = ".jsonl"
	decisionsKept   = 24 * time.Hour
	decisionLogs    = 16
)

var _ DecisionLog = (*FileStore)(nil)

func (s *FileStore) decisionsFolder(provider string) string {
	return filepath.Join(s.dir, provider, decisionsFolder)
}

// SaveDecisions implements [DecisionLog]. The first call removes the files that
// are too old to be read.
func (s *FileStore) SaveDecisions(provider string, lines []byte) error {
	if err := checkProvider(provider); err != nil {
		return err
	}
	return poolError(provider, s.saveDecisions(provider, lines))
}

func (s *FileStore) saveDecisions(provider string, lines []byte) error {
	s.instance.mu.Lock()
	defer s.instance.mu.Unlock()
	folder := s.decisionsFolder(provider)
	if !s.instance.logs[provider] {
		err := errors.Join(s.makeFolders(provider), s.makeFolder(folder, checkFolder))
		if err == nil {
			err = s.sweepDecisions(folder)
		}
		if err != nil {
			return err
		}
		s.instance.logs[provider] = true
	}
	return s.publish(filepath.Join(folder, s.instance.name+decisionsSuffix), lines)
}

// publish makes lines the content of path, atomically but not durably. Nobody
// else writes it: a temp file in its place is left from an earlier call.
func (s *FileStore) publish(path string, lines []byte) error {
	temp := path + tempSuffix
	f, err := s.fs.Create(temp)
	if errors.Is(err, fs.ErrExist) {
		if err = s.fs.Remove(temp); err == nil {
			f, err = s.fs.Create(temp)
		}
	}
	if err == nil {
		_, err = f.Write(lines)
		err = errors.Join(err, f.Close())
	}
	if err == nil {
		err = s.fs.Rename(temp, path)
	}
	if err != nil {
		_ = s.fs.Remove(temp) // what stays is removed by the next call
	}
	return storageError(path, err)
}

// OthersDecisions implements [DecisionLog].
func (s *FileStore) OthersDecisions(provider string) ([][]byte, error) {
	if err := checkProvider(provider); err != nil {
		return nil, err
	}
	folder := s.decisionsFolder(provider)
	recent, _, err := s.decisionLogs(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, poolError(provider, storageError(folder, err))
	}
	var all [][]byte
	for _, name := range recent {
		if !strings.HasSuffix(name, decisionsSuffix) || name == s.instance.name+decisionsSuffix {
			continue
		}
		if lines, _, err := s.fs.ReadFile(filepath.Join(folder, name), maxDecisionsFile); err == nil { // else it has been swept meanwhile, or is no file
			all = append(all, lines)
		}
	}
	return all, nil
}

func (s *FileStore) sweepDecisions(folder string) error {
	_, old, err := s.decisionLogs(folder)
	for _, name := range old {
		_ = s.fs.Remove(filepath.Join(folder, name)) // what stays is swept by the next process
	}
	return storageError(folder, err)
}

// decisionLogs lists a folder's files, the latest first: those to read, and those
// to remove.
func (s *FileStore) decisionLogs(folder string) (recent, old []string, err error) {
	entries, err := s.fs.ReadDir(folder)
	written := map[string]time.Time{}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil { // else it has been swept meanwhile
			written[entry.Name()] = info.ModTime()
			recent = append(recent, entry.Name())
		}
	}
	slices.SortFunc(recent, func(a, b string) int { return cmp.Or(written[b].Compare(written[a]), cmp.Compare(a, b)) })
	end := slices.IndexFunc(recent, func(name string) bool { return time.Since(written[name]) > decisionsKept })
	if end < 0 {
		end = len(recent)
	}
	end = min(end, decisionLogs)
	return recent[:end], recent[end:], err
}
