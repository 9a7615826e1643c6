package etcd

import (
	"context"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// Update implements [persistence.Locked]. When the lock has lapsed, the change is
// made all the same if the stored refresh token is the one that this holder spent.
func (h *held) Update(_ context.Context, mutate persistence.Mutation) (account.Record, error) {
	return h.update(newWrite(), mutate)
}

func (h *held) update(w *write, mutate persistence.Mutation) (account.Record, error) {
	if h.released {
		return account.Record{}, accountError(h.key, persistence.ErrUnlocked)
	}
	guards, begun := []clientv3.Cmp{h.ticket.fenced()}, time.Now()
	for !h.at.has(w.id) {
		rec, done, err := h.store.rewrite(h.key, h.at, w, mutate, guards...)
		if done {
			h.record = rec
			_ = h.look() // else the next update finds that it saw an earlier value
			return rec, nil
		}
		if err == nil {
			err = h.look()
		}
		if err != nil && h.spending != "" && mayPass(err) && time.Since(begun) < spentPatience {
			_ = rest(h.store.running) // its end ends the next try
			continue                  // there is no other copy of a login that was paid for with a token
		}
		if err == nil {
			guards, err = h.guards(w)
		}
		if err != nil {
			return account.Record{}, accountError(h.key, w.failed(err))
		}
	}
	var err error
	h.record, err = h.store.decodeAccount(h.key, h.at.value)
	return h.record, accountError(h.key, err)
}

// look sees what is stored now. When that fails, what was seen before stays.
func (h *held) look() error {
	at, err := h.store.seeBy(h.cell, h.ticket)
	if err == nil {
		h.at = at
	}
	return err
}

// guards returns the guards of the next try, by what was seen last.
func (h *held) guards(w *write) ([]clientv3.Cmp, error) {
	if h.at.fenced || h.at.has(w.id) {
		return []clientv3.Cmp{h.ticket.fenced()}, nil
	}
	if h.at.value == nil {
		return nil, persistence.ErrNotFound
	}
	stored, err := h.store.decodeAccount(h.key, h.at.value)
	if err != nil {
		return nil, err
	}
	if h.spending == "" || h.spending != stored.Credentials.RefreshToken.Fingerprint() {
		return nil, ErrLapsed
	}
	return nil, nil
}
