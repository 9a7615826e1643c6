package persistence

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
)

// claimsFolder holds a file for each process with its claims, and beside it a
// lock file that the process holds while it lives.
const claimsFolder = "claims"

// claimsWire is the content of a claims file.
type claimsWire struct {
	Version int `json:"version"`
	// Process is the id of the process, for people to read.
	Process  int      `json:"process,omitempty"`
	Accounts []string `json:"accounts"`
}

// instance is this store as other processes see it.
type instance struct {
	name string
	mu   sync.Mutex
	// held are the locks that show that this store is in use, by provider.
	held map[string]func() error
	// logs are the providers for which decisions were stored.
	logs map[string]bool
}

func newInstance() *instance {
	return &instance{name: uuid.NewString(), held: map[string]func() error{}, logs: map[string]bool{}}
}

func (s *FileStore) claimsFolder(provider string) string {
	return filepath.Join(s.dir, provider, claimsFolder)
}

func (s *FileStore) claimsOf(provider, instance string) (claims, lock string) {
	stem := filepath.Join(s.claimsFolder(provider), instance)
	return stem + accountSuffix, stem + lockSuffix
}

// Claim implements [Store].
func (s *FileStore) Claim(provider string, ids []string) error {
	if err := checkProvider(provider); err != nil {
		return err
	}
	return poolError(provider, s.claim(provider, ids))
}

func (s *FileStore) claim(provider string, ids []string) error {
	s.instance.mu.Lock()
	defer s.instance.mu.Unlock()
	if err := s.live(provider); err != nil {
		return err
	}
	claims, _ := s.claimsOf(provider, s.instance.name)
	data, err := json.Marshal(claimsWire{Version: formatVersion, Process: os.Getpid(), Accounts: ids})
	if err != nil {
		return err
	}
	return s.replaceStale(claims, data) // an unfinished write is our own, and failed
}

// live takes the lock that shows that this store is in use, unless it holds it
// already. The caller holds instance.mu.
func (s *FileStore) live(provider string) error {
	if s.instance.held[provider] != nil {
		return nil
	}
	if s.readOnly {
		return refuse("lock", s.claimsFolder(provider))
	}
	if err := s.makeClaimsFolder(provider); err != nil {
		return err
	}
	_, lock := s.claimsOf(provider, s.instance.name)
	unlock, ok, err := s.tryLock(lock)
	if ok {
		s.instance.held[provider] = unlock
	}
	return storageError(lock, err)
}

// living returns the name of the lock by which other processes see that this
// store is in use; empty when there is no folder for it.
func (s *FileStore) living(provider string) (string, error) {
	s.instance.mu.Lock()
	defer s.instance.mu.Unlock()
	err := s.live(provider)
	var open *PermissionError
	if errors.Is(err, errNoFolder) || errors.As(err, &open) {
		return "", nil
	}
	if err != nil || s.instance.held[provider] == nil {
		return "", err
	}
	return s.instance.name, nil
}

func (s *FileStore) makeClaimsFolder(provider string) error {
	if err := s.makeFolders(provider); err != nil {
		return err
	}
	return s.makeFolder(s.claimsFolder(provider), checkFolder)
}

// unclaim ends the claims of this store for every provider.
func (s *FileStore) unclaim() error {
	s.instance.mu.Lock()
	defer s.instance.mu.Unlock()
	var errs []error
	for _, provider := range slices.Sorted(maps.Keys(s.instance.held)) {
		_, lock := s.claimsOf(provider, s.instance.name)
		errs = append(errs, s.removeInstance(provider, s.instance.name), storageError(lock, s.instance.held[provider]()))
	}
	clear(s.instance.held)
	return errors.Join(errs...)
}

// removeInstance removes the files of a process that has ended, or is about to.
// The caller holds its lock.
func (s *FileStore) removeInstance(provider, name string) error {
	claims, lock := s.claimsOf(provider, name)
	for _, path := range []string{claims, claims + tempSuffix, lock} {
		if err := s.fs.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return storageError(path, err)
		}
	}
	return nil
}

// claimedByOthers returns what other living processes claim, and how many they
// are. The files of processes that died are removed: the kernel has released
// their locks.
func (s *FileStore) claimedByOthers(provider string) (claimed map[string]bool, living int) {
	claimed = map[string]bool{}
	others := s.othersClaims(provider)
	for i := range others {
		for _, id := range others[i].Accounts {
			claimed[id] = true
		}
	}
	return claimed, len(others)
}

// Claimants returns the ids of the other living processes that claim each
// account, by the account's id. A process of an earlier version is left out.
func (s *FileStore) Claimants(provider string) map[string][]int {
	claimants := map[string][]int{}
	for _, other := range s.othersClaims(provider) {
		for _, id := range other.Accounts {
			if other.Process != 0 {
				claimants[id] = append(claimants[id], other.Process)
			}
		}
	}
	return claimants
}

// othersClaims returns the claims of each other living process, and removes those
// of processes that died.
func (s *FileStore) othersClaims(provider string) []claimsWire {
	entries, err := s.fs.ReadDir(s.claimsFolder(provider))
	if err != nil {
		return nil // no folder, no claims
	}
	var others []claimsWire
	for _, entry := range entries {
		name, ok := strings.CutSuffix(strings.TrimSuffix(entry.Name(), tempSuffix), accountSuffix)
		if !ok || name == s.instance.name || !s.lives(provider, name) {
			continue
		}
		others = append(others, s.readClaims(provider, name))
	}
	return others
}

// isAlive is lives for a process that may have no lock file.
func (s *FileStore) isAlive(provider, name string) bool {
	_, lock := s.claimsOf(provider, name)
	_, err := s.fs.Lstat(lock)
	return err == nil && s.lives(provider, name)
}

// lives reports whether a process still holds its lock, and removes the files of
// one that does not.
func (s *FileStore) lives(provider, name string) bool {
	_, lock := s.claimsOf(provider, name)
	unlock, free, err := s.fs.TryLock(lock)
	if err != nil || !free {
		return err == nil
	}
	_ = s.removeInstance(provider, name) // on failure the next check removes it
	_ = unlock()                         // nobody waits for it
	return false
}

// readClaims returns nothing when the file cannot be read: nothing depends on a
// claim, and its process writes it again.
func (s *FileStore) readClaims(provider, name string) claimsWire {
	claims, _ := s.claimsOf(provider, name)
	data, _, err := s.fs.ReadFile(claims, maxPoolFile)
	var wire claimsWire
	if err != nil || json.Unmarshal(data, &wire) != nil {
		return claimsWire{}
	}
	return wire
}
