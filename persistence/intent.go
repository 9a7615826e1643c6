package persistence

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// intentSuffix names the file that stands beside an account's while its
// refresh token is being spent.
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

// Intend implements [Locked].
func (h *held) Intend(i account.Intent) error {
	if h.release == nil {
		return accountError(h.place.key, ErrUnlocked)
	}
	data, err := json.Marshal(intentToWire(&i))
	if err != nil {
		return accountError(h.place.key, err)
	}
	path := h.place.intent()
	err = h.store.replace(path, data)
	if errors.Is(err, errStray) { // an intent is whole or it is not: nothing was spent yet
		if err = h.store.fs.Remove(path + tempSuffix); err == nil {
			err = h.store.replace(path, data)
		}
	}
	return accountError(h.place.key, err)
}

// Intent implements [Locked]. One that cannot be read tells nothing but that
// an exchange began, and counts for the token that is stored.
func (h *held) Intent() (*account.Intent, error) {
	stored := h.record.Credentials.RefreshToken.Fingerprint()
	data, _, err := h.store.fs.ReadFile(h.place.intent())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil //nolint:nilnil // no intent is the usual case
	case err != nil:
		return nil, accountError(h.place.key, storageError(h.place.intent(), err))
	}
	found := decodeIntent(data, stored)
	if found.Token != stored {
		return nil, h.Settle() // the token it speaks of has been replaced
	}
	return found, nil
}

// decodeIntent reads an intent's file; one that cannot be read is about the
// token that is stored.
func decodeIntent(data []byte, stored string) *account.Intent {
	var wire intentWire
	if json.Unmarshal(data, &wire) != nil {
		return &account.Intent{Token: stored}
	}
	return wire.intent()
}

// Settle implements [Locked]. The folder is not synced: an intent that comes
// back after a crash speaks of a token that has been replaced, or of one that
// the server was never asked about.
func (h *held) Settle() error {
	if h.release == nil {
		return accountError(h.place.key, ErrUnlocked)
	}
	return accountError(h.place.key, h.store.removeIntent(h.place))
}

func (s *FileStore) removeIntent(p place) error {
	if err := s.fs.Remove(p.intent()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return storageError(p.intent(), fmt.Errorf("removing %s: %w", filepath.Base(p.intent()), err))
	}
	return nil
}
