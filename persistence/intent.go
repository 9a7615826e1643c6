package persistence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// intentSuffix names the file beside an account's that exists while its refresh
// token is being spent.
const intentSuffix = ".intent"

// intentWire is the content of an intent's file.
type intentWire struct {
	Version int       `json:"version"`
	Token   string    `json:"refresh_token_sha256"`
	At      time.Time `json:"at"`
	Process int       `json:"process"`
	SentAt  time.Time `json:"sent_at,omitzero"`
	Again   bool      `json:"again,omitempty"`
	Ended   bool      `json:"ended,omitempty"`
	// Instance is the store whose exchange is under way while its process lives;
	// empty once the exchange has ended.
	Instance string `json:"instance,omitempty"`
}

func intentToWire(i *account.Intent) intentWire {
	wire := intentWire{
		Version: formatVersion, Token: i.Token, At: i.At.UTC(), Process: i.Process, Again: i.Again, Ended: i.Ended,
	}
	if !i.SentAt.IsZero() {
		wire.SentAt = i.SentAt.UTC()
	}
	return wire
}

func (w *intentWire) intent() *account.Intent {
	return &account.Intent{Token: w.Token, At: w.At, Process: w.Process, SentAt: w.SentAt, Again: w.Again, Ended: w.Ended}
}

func (p place) intent() string {
	return strings.TrimSuffix(p.file, accountSuffix) + intentSuffix
}

// Intend implements [Locked]. It fails when the lock's file has been deleted,
// before or during the call: another process may hold the file that replaced it.
func (h *held) Intend(i account.Intent) error {
	if h.release == nil {
		return accountError(h.place.key, ErrUnlocked)
	}
	wire := intentToWire(&i)
	err := h.isCurrent()
	if err == nil {
		wire.Instance, err = h.store.living(h.place.key.Provider)
	}
	if err == nil {
		err = h.storeIntent(&wire, h.store.replaceIntent)
	}
	if err == nil {
		err = h.isCurrent()
	}
	return accountError(h.place.key, err)
}

// replaceIntent replaces an intent. An unfinished write in its place can be
// dropped: nothing was spent yet. So can a folder.
func (s *FileStore) replaceIntent(path string, data []byte) error {
	info, err := s.fs.Lstat(path)
	if err == nil && info.IsDir() {
		err = s.discard(path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return storageError(path, err)
	}
	return s.replaceStale(path, data)
}

// storeIntent makes wire the account's intent.
func (h *held) storeIntent(wire *intentWire, write func(path string, data []byte) error) error {
	data, err := json.Marshal(wire)
	if err == nil {
		err = write(h.place.intent(), data)
	}
	if err == nil {
		h.intent = wire
	}
	return err
}

// endIntent notes that the exchange is no longer under way, although its result
// is not known. Others wait for this note while this process lives. It overwrites
// the file in place, which works on a full disk too. A reader that sees half of
// it reads that nothing is under way.
func (h *held) endIntent() error {
	if h.intent == nil || h.intent.Instance == "" {
		return nil
	}
	ended := *h.intent
	ended.Instance = ""
	before, err := json.Marshal(h.intent)
	h.intent = nil
	if err != nil {
		return err
	}
	data, err := json.Marshal(&ended)
	if err != nil {
		return err
	}
	path := h.place.intent()
	f, err := h.store.fs.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // somebody has removed it
	}
	if err == nil {
		data = append(data, bytes.Repeat([]byte{' '}, len(before)-len(data))...)
		_, err = f.Write(data)
		err = errors.Join(err, f.Close())
	}
	return accountError(h.place.key, storageError(path, err))
}

// Intent implements [Locked]. An intent that cannot be read, or is not a file,
// only shows that an exchange began, and counts for the stored token. The caller
// is about to spend that token: its exchange is under way from now on.
func (h *held) Intent() (*account.Intent, error) {
	stored := h.record.Credentials.RefreshToken.Fingerprint()
	data, _, err := h.store.fs.ReadFile(h.place.intent(), maxSmallFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil //nolint:nilnil // no intent is the usual case
	case err != nil && !isNoFile(err):
		return nil, accountError(h.place.key, storageError(h.place.intent(), err))
	}
	wire := decodeIntent(data, stored)
	if wire.Token != stored {
		return nil, h.Settle() // its token has been replaced
	}
	if h.release != nil {
		wire.Instance, _ = h.store.living(h.place.key.Provider)
		_ = h.storeIntent(&wire, h.store.publish) // the lock keeps others out as well
	}
	return wire.intent(), nil
}

// decodeIntent reads an intent's file. One that cannot be read counts for the
// stored token.
func decodeIntent(data []byte, stored string) intentWire {
	var wire intentWire
	if json.Unmarshal(data, &wire) != nil {
		return intentWire{Version: formatVersion, Token: stored}
	}
	return wire
}

// underWayPause is how often the store checks whether an exchange is still under
// way.
const underWayPause = 50 * time.Millisecond

// underWay reports whether a living process is spending the account's refresh
// token. It does not trust the account's lock, whose file may have been deleted.
func (s *FileStore) underWay(p place) (bool, error) {
	data, _, err := s.fs.ReadFile(p.intent(), maxSmallFile)
	switch {
	case errors.Is(err, fs.ErrNotExist), isNoFile(err):
		return false, nil
	case err != nil:
		return false, storageError(p.intent(), err)
	}
	wire := decodeIntent(data, "")
	if wire.Instance == s.instance.name || !fitName(wire.Instance) || !s.isAlive(p.key.Provider, wire.Instance) {
		return false, nil
	}
	stored, err := s.peek(p) // the caller gets the error when it reads the file
	return err == nil && stored.Credentials.RefreshToken.Fingerprint() == wire.Token, nil
}

// Settle implements [Locked]. The folder is not synced: an intent that comes back
// after a crash is about a token that has been replaced, or about one that was
// never sent.
func (h *held) Settle() error {
	if h.release == nil {
		return accountError(h.place.key, ErrUnlocked)
	}
	h.intent = nil
	return accountError(h.place.key, h.store.removeIntent(h.place))
}

func (s *FileStore) removeIntent(p place) error {
	if err := s.fs.Remove(p.intent()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return storageError(p.intent(), fmt.Errorf("removing %s: %w", filepath.Base(p.intent()), err))
	}
	return nil
}
