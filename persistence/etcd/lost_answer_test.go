package etcd_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/persistence/storetest"
)

// wireKV is a wire on which transactions get lost, or late. Before each
// transaction that stores something or removes an account, it asks what to do with it.
type wireKV struct {
	clientv3.KV
	before func(*wireTxn) error
}

func (k *wireKV) Txn(ctx context.Context) clientv3.Txn { return &wireTxn{kv: k, Txn: k.KV.Txn(ctx)} }

type wireTxn struct {
	clientv3.Txn
	kv  *wireKV
	ifs []clientv3.Cmp
	ops []clientv3.Op
}

func (t *wireTxn) If(cs ...clientv3.Cmp) clientv3.Txn {
	t.ifs = cs
	t.Txn = t.Txn.If(cs...)
	return t
}

func (t *wireTxn) Then(ops ...clientv3.Op) clientv3.Txn {
	t.ops = ops
	t.Txn = t.Txn.Then(ops...)
	return t
}

func (t *wireTxn) Commit() (*clientv3.TxnResponse, error) {
	if t.ops[0].IsPut() || t.ops[0].IsDelete() && t.to("/accounts/") {
		if err := t.kv.before(t); err != nil {
			return nil, err
		}
	}
	return t.Txn.Commit()
}

// arrives has a lost transaction reach etcd after all.
func (t *wireTxn) arrives(tb testing.TB) {
	tb.Helper()
	_, err := t.kv.KV.Txn(tb.Context()).If(t.ifs...).Then(t.ops...).Commit()
	must(tb, err)
}

func (t *wireTxn) to(part string) bool { return strings.Contains(string(t.ops[0].KeyBytes()), part) }

// onWire opens a store with an account behind such a wire.
func onWire(t *testing.T, before func(*wireTxn) error) (s, other *etcd.Store) {
	t.Helper()
	o := fleet(t, "wire", address(member(t, nil)))
	s, other = closing(t, open(t, o)), closing(t, open(t, o))
	must(t, other.Create(t.Context(), storetest.Record("a")))
	s.Wrap(func(kv clientv3.KV) clientv3.KV { return &wireKV{kv, before} })
	return s, other
}

// A change that got no answer may still be stored when a later try is refused: the
// error says so.
func TestRefusedAfterALostAnswer(t *testing.T) {
	t.Parallel()
	answers := []error{rpctypes.ErrLeaderChanged, rpctypes.ErrNoSpace}
	s, _ := onWire(t, func(*wireTxn) error {
		err := answers[0]
		answers = answers[1:]
		return err
	})
	err := relabel(s, "lost")
	if !errors.Is(err, etcd.ErrUnknownOutcome) || !errors.Is(err, rpctypes.ErrNoSpace) {
		t.Errorf("got %v", err)
	}
}

// A change that got no answer, and arrives while its next try waits for somebody's
// lock, counts once.
func TestLateChangeCountsOnce(t *testing.T) {
	t.Parallel()
	var late *wireTxn
	var theirs persistence.Locked
	var s, other *etcd.Store
	s, other = onWire(t, func(w *wireTxn) error {
		switch {
		case w.to("/accounts/") && late == nil:
			late = w
			var err error
			theirs, err = other.Lock(t.Context(), storeKey)
			must(t, err)
			return rpctypes.ErrLeaderChanged
		case w.to("/locks/") && theirs != nil:
			must(t, theirs.Unlock())
			theirs = nil
			late.arrives(t)
		}
		return nil
	})
	rec, err := s.Update(t.Context(), storeKey, func(r *account.Record) { r.Label += "+" })
	must(t, err)
	if want := storetest.Record("a").Label + "+"; rec.Label != want {
		t.Errorf("the label is %q, want %q", rec.Label, want)
	}
}

// A change that was under way when etcd became full is stored, although it is
// refused.
func TestStoredThoughRefused(t *testing.T) {
	t.Parallel()
	full := true
	s, _ := onWire(t, func(w *wireTxn) error {
		if !full {
			return nil
		}
		w.arrives(t)
		return rpctypes.ErrNoSpace
	})
	must(t, relabel(s, "stored"))
	if _, err := s.Lock(t.Context(), storeKey); !errors.Is(err, rpctypes.ErrNoSpace) {
		t.Errorf("a lock in a full etcd: %v", err)
	}
	full = false
	l, err := s.Lock(t.Context(), storeKey) // the place of the first try is free
	must(t, err)
	full = true
	_, err = l.(persistence.Lapsing).Reserve(t.Context(), time.Minute)
	must(t, err)
	must(t, l.Intend(account.Intent{Token: l.Record().Credentials.RefreshToken.Fingerprint(), At: time.Now()}))
	full = false
	must(t, l.Settle())
	must(t, l.Unlock())
}

// A change that needs the lock, and whose first try is lost, is tried again under the
// same lock.
func TestLostUnderTheLock(t *testing.T) {
	t.Parallel()
	var unlock func() error
	lost := false
	s, other := onWire(t, func(w *wireTxn) error {
		switch {
		case w.to("/locks/"):
			must(t, unlock())
		case !lost:
			lost = true
			return rpctypes.ErrLeaderChanged
		}
		return nil
	})
	var err error
	unlock, err = other.LockPool(t.Context(), storeKey.Provider)
	must(t, err)
	_, err = s.UpdatePool(t.Context(), storeKey.Provider, func(p *persistence.PoolState) { p.Active += "+" })
	must(t, err)
	snap, err := other.Load(t.Context(), storeKey.Provider)
	if must(t, err); snap.Pool.Active != "+" || !lost {
		t.Errorf("the pool's active account is %q, lost %v", snap.Pool.Active, lost)
	}
	lost = false
	l, err := other.Lock(t.Context(), storeKey)
	must(t, err)
	unlock = l.Unlock
	must(t, s.Remove(t.Context(), storeKey))
	if _, err := other.Read(t.Context(), storeKey); !errors.Is(err, persistence.ErrNotFound) || !lost {
		t.Errorf("after the removal: %v, lost %v", err, lost)
	}
}
