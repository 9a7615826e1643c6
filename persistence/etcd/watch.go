package etcd

import (
	"context"
	"maps"
	"slices"
	"sync"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// lookout tells what changes in one pool, on a goroutine of its own.
type lookout struct {
	store    *Store
	provider string
	watching persistence.Watching
	// told is the last revision that was told of; 0 before everything was listed.
	told int64
	// claims are the others' claims, by who claims; claimed is what was told.
	claims  map[string][]string
	claimed map[string]bool
}

// Watch implements [persistence.Store]. Nothing is missed: after a break it goes on
// from the revision that was told last, and when etcd has forgotten that one, or did
// not answer at the beginning, it lists everything.
func (s *Store) Watch(provider string, w persistence.Watching) (stop func(), err error) {
	if err := persistence.CheckProvider(provider); err != nil {
		return nil, err
	}
	l := &lookout{store: s, provider: provider, watching: w, claimed: map[string]bool{}}
	if now, err := s.get(s.running, s.keys.claims(provider), clientv3.WithPrefix()); err == nil {
		l.told = now.Header.Revision
		l.setClaims(now.Kvs)
	}
	ctx, cancel := context.WithCancel(s.running)
	var running sync.WaitGroup
	running.Go(func() { l.run(ctx) })
	return func() {
		cancel()
		running.Wait()
	}, nil
}

func (l *lookout) run(ctx context.Context) {
	for ctx.Err() == nil {
		if l.told == 0 || l.follow(ctx) {
			l.list(ctx)
		}
		_ = rest(ctx) // its end ends the loop
	}
}

// follow tells of changes until the watch breaks, and reports whether it broke
// since etcd has forgotten what comes next.
func (l *lookout) follow(ctx context.Context) (compacted bool) {
	ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
	defer cancel()
	changes := l.store.client.Watch(ctx, l.store.keys.pool(l.provider),
		clientv3.WithPrefix(), clientv3.WithRev(l.told+1), clientv3.WithProgressNotify())
	for change := range changes {
		if change.Err() != nil {
			return change.CompactRevision != 0
		}
		for _, event := range change.Events {
			if ctx.Err() != nil {
				return false
			}
			l.tell(event)
			l.told = event.Kv.ModRevision
		}
		if change.IsProgressNotify() {
			l.told = change.Header.Revision
		}
	}
	return false
}

func (l *lookout) tell(event *clientv3.Event) {
	kind, name := l.store.keys.parts(l.provider, string(event.Kv.Key))
	switch kind {
	case "accounts":
		l.watching.Changed(name)
	case "pool":
		l.tellPool(event.Kv.Value)
	case "claims":
		l.claims[name] = readClaims(event.Kv.Value)
		if event.Type == mvccpb.DELETE {
			delete(l.claims, name)
		}
		l.tellClaims()
	}
}

// tellPool tells what is stored of the pool. What cannot be read is met again by
// whoever writes it.
func (l *lookout) tellPool(value []byte) {
	if l.watching.Pool == nil {
		return
	}
	if state, err := l.store.decodePool(value); err == nil {
		l.watching.Pool(state)
	}
}

func (l *lookout) setClaims(all []*mvccpb.KeyValue) {
	l.claims = map[string][]string{}
	for _, kv := range all {
		_, name := l.store.keys.parts(l.provider, string(kv.Key))
		l.claims[name] = readClaims(kv.Value)
	}
	l.tellClaims()
}

// tellClaims tells what others claim, when that has changed.
func (l *lookout) tellClaims() {
	claimed := map[string]bool{}
	for by, ids := range l.claims {
		if by == l.store.name {
			continue
		}
		for _, id := range ids {
			claimed[id] = true
		}
	}
	if !maps.Equal(claimed, l.claimed) {
		l.claimed = claimed
		l.watching.Claimed(maps.Clone(claimed))
	}
}

// list tells of everything that is newer than what was told, and which accounts
// there are. What fails is tried again: the watch breaks at once.
func (l *lookout) list(ctx context.Context) {
	keys := l.store.keys
	accounts, err := l.store.get(ctx, keys.accounts(l.provider), clientv3.WithPrefix(), clientv3.WithKeysOnly())
	if err != nil {
		return
	}
	at := clientv3.WithRev(accounts.Header.Revision)
	pool, err := l.store.get(ctx, keys.poolCell(l.provider).key, at)
	if err != nil {
		return
	}
	claims, err := l.store.get(ctx, keys.claims(l.provider), clientv3.WithPrefix(), at)
	if err != nil {
		return
	}
	ids := []string{}
	for _, kv := range accounts.Kvs {
		_, id := keys.parts(l.provider, string(kv.Key))
		ids = append(ids, id)
		if kv.ModRevision > l.told {
			l.watching.Changed(id)
		}
	}
	l.watching.Present(slices.Clip(ids))
	for _, kv := range pool.Kvs {
		l.tellPool(kv.Value)
	}
	l.setClaims(claims.Kvs)
	l.told = accounts.Header.Revision
}
