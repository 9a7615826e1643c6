package persistence

import (
	"context"

	"github.com/seed-810f1486/multiaccount/account"
)

// heldInMemory is an account of a Memory under its lock.
type heldInMemory struct {
	store  *Memory
	key    Key
	record account.Record
	// release is nil after Unlock.
	release func()
}

func (h *heldInMemory) Record() account.Record { return h.record }

func (h *heldInMemory) Update(_ context.Context, mutate Mutation) (account.Record, error) {
	if h.release == nil {
		return account.Record{}, accountError(h.key, ErrUnlocked)
	}
	rec, err := h.store.update(h.key, mutate)
	if err == nil {
		h.record = rec
	}
	return rec, err
}

func (h *heldInMemory) Intend(i account.Intent) error {
	if h.release == nil {
		return accountError(h.key, ErrUnlocked)
	}
	h.store.mu.Lock()
	defer h.store.mu.Unlock()
	h.store.intents[h.key] = i
	return nil
}

func (h *heldInMemory) Intent() (*account.Intent, error) {
	h.store.mu.Lock()
	defer h.store.mu.Unlock()
	i, ok := h.store.intents[h.key]
	if !ok || i.Token != h.record.Credentials.RefreshToken.Fingerprint() {
		return nil, nil //nolint:nilnil // no intent is the usual case
	}
	return &i, nil
}

func (h *heldInMemory) Settle() error {
	if h.release == nil {
		return accountError(h.key, ErrUnlocked)
	}
	h.store.mu.Lock()
	defer h.store.mu.Unlock()
	delete(h.store.intents, h.key)
	return nil
}

func (h *heldInMemory) Unlock() error {
	if h.release != nil {
		h.release()
		h.release = nil
	}
	return nil
}
