package etcd

import (
	"context"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// Reserve implements [persistence.Lapsing].
func (h *held) Reserve(ctx context.Context, d time.Duration) (time.Time, error) {
	ttl := (d + commitTime).Round(time.Second)
	begun := time.Now()
	granted, err := call(ctx, func(ctx context.Context) (*clientv3.LeaseGrantResponse, error) {
		return h.store.client.Grant(ctx, int64(ttl.Seconds()))
	})
	if err != nil {
		return time.Time{}, accountError(h.key, storageError(h.store.endpoints, err))
	}
	if err := h.put(h.ticket.key, "reserved", clientv3.WithLease(granted.ID)); err != nil {
		h.store.session.revoke(granted.ID)
		return time.Time{}, err
	}
	h.reserved, h.ticket.lease = begun, granted.ID
	h.spending = h.record.Credentials.RefreshToken.Fingerprint()
	return begun.Add(ttl), nil
}

// put writes a key under the lock. To write it twice does no harm.
func (h *held) put(key, value string, with ...clientv3.OpOption) error {
	resp, err := h.store.transact([]clientv3.Cmp{h.ticket.fenced()}, clientv3.OpPut(key, value, with...))
	switch {
	case isFull(err) && h.holds(key, value):
		err = nil
	case err == nil && !resp.Succeeded:
		err = ErrLapsed
	}
	return accountError(h.key, err)
}

// holds reports whether this holder has stored a key and still has its lock.
func (h *held) holds(key, value string) bool {
	resp, err := h.store.transact([]clientv3.Cmp{h.ticket.fenced()}, clientv3.OpGet(key))
	if err != nil || !resp.Succeeded {
		return false
	}
	kvs := resp.Responses[0].GetResponseRange().Kvs
	return len(kvs) > 0 && string(kvs[0].Value) == value
}

// Intent implements [persistence.Locked].
func (h *held) Intent() (*account.Intent, error) {
	if h.intent == nil || h.intent.Token != h.record.Credentials.RefreshToken.Fingerprint() {
		return nil, nil //nolint:nilnil // no intent is the usual case
	}
	found := *h.intent
	return &found, nil
}

// Intend implements [persistence.Locked].
func (h *held) Intend(i account.Intent) error {
	if h.released {
		return accountError(h.key, persistence.ErrUnlocked)
	}
	value, err := h.store.encodeIntent(i)
	if err != nil {
		return accountError(h.key, err)
	}
	if err := h.put(h.cell.intent, string(value)); err != nil {
		return err
	}
	h.intent = &i
	return nil
}

// Settle implements [persistence.Locked]. After the lock has lapsed, the intent is
// somebody else's, or tells of a token that is not stored any more.
func (h *held) Settle() error {
	if h.released {
		return accountError(h.key, persistence.ErrUnlocked)
	}
	_, err := h.store.transact([]clientv3.Cmp{h.ticket.fenced()}, clientv3.OpDelete(h.cell.intent))
	if err != nil {
		return accountError(h.key, fmt.Errorf("removing an intent: %w", err))
	}
	h.intent = nil
	return nil
}
