package etcd

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/persistence"
)

const (
	// decisionsEvery is the shortest time between two writes of one store's decisions:
	// etcd keeps every value until it is compacted.
	decisionsEvery = time.Minute
	// decisionsKept is how long they stay after the last write.
	decisionsKept = 24 * time.Hour
	// decisionsMost is what one store's decisions take at most, compressed, in bytes.
	decisionsMost = 32 << 10
	// decisionLogs is how many other stores' decisions are read.
	decisionLogs = 16
)

var _ persistence.DecisionLog = (*Store)(nil)

// decisionLog stores this store's decisions, on a goroutine of its own.
type decisionLog struct {
	store   *Store
	running sync.WaitGroup
	some    chan struct{}
	// lease is what they are on; 0 before the first write.
	lease clientv3.LeaseID

	mu sync.Mutex
	// waiting are those to be stored, by provider; failed is why the write before
	// failed, nil when it did not.
	waiting map[string][]byte
	failed  error
}

func newDecisionLog(s *Store) *decisionLog {
	d := &decisionLog{store: s, some: make(chan struct{}, 1), waiting: map[string][]byte{}}
	d.running.Go(d.run)
	return d
}

// SaveDecisions implements [persistence.DecisionLog]. They are stored once a minute
// at most, and by Close. The error is that of the write before.
func (s *Store) SaveDecisions(provider string, lines []byte) error {
	if err := persistence.CheckProvider(provider); err != nil {
		return err
	}
	d := s.decided
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting[provider] = slices.Clone(lines)
	select {
	case d.some <- struct{}{}:
	default: // it is known already
	}
	return poolError(provider, d.failed)
}

func (d *decisionLog) run() {
	ended, ctx := d.store.running.Done(), context.WithoutCancel(d.store.running)
	for {
		select {
		case <-d.some:
			d.save(ctx)
		case <-ended:
			d.save(ctx)
			return
		}
		select {
		case <-time.After(decisionsEvery):
		case <-ended:
		}
	}
}

// save stores the decisions that wait. After a failure they are not tried again: newer
// ones follow.
func (d *decisionLog) save(ctx context.Context) {
	d.mu.Lock()
	waiting := d.waiting
	d.waiting = map[string][]byte{}
	d.mu.Unlock()
	var failed error
	for provider, lines := range waiting {
		if err := d.put(ctx, provider, lines); err != nil {
			failed = storageError(d.store.endpoints, err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failed = failed
}

func (d *decisionLog) put(ctx context.Context, provider string, lines []byte) error {
	value, err := d.store.encodeDecisions(lines)
	if err != nil {
		return err
	}
	if err := d.renew(ctx); err != nil {
		return err
	}
	_, err = call(ctx, func(ctx context.Context) (*clientv3.PutResponse, error) {
		return d.store.client.Put(ctx, d.store.keys.decisions(provider)+d.store.name, string(value), clientv3.WithLease(d.lease))
	})
	return err
}

// renew makes etcd keep the decisions for decisionsKept from now on.
func (d *decisionLog) renew(ctx context.Context) error {
	if d.lease != 0 {
		_, err := call(ctx, func(ctx context.Context) (*clientv3.LeaseKeepAliveResponse, error) {
			return d.store.client.KeepAliveOnce(ctx, d.lease)
		})
		if err == nil || isTransient(err) {
			return err
		}
	}
	granted, err := call(ctx, func(ctx context.Context) (*clientv3.LeaseGrantResponse, error) {
		return d.store.client.Grant(ctx, int64(decisionsKept.Seconds()))
	})
	if err == nil {
		d.lease = granted.ID
	}
	return err
}

// encodeDecisions leaves out the oldest half until the rest fits.
func (s *Store) encodeDecisions(lines []byte) ([]byte, error) {
	for {
		packed, err := compress(lines)
		if err != nil {
			return nil, err
		}
		if len(packed) <= decisionsMost {
			sealed, err := s.seal(packed)
			return envelope{sealed: sealed}.bytes(), err
		}
		_, lines, _ = bytes.Cut(lines[len(lines)/2:], []byte("\n"))
	}
}

// OthersDecisions implements [persistence.DecisionLog]. What cannot be read is left
// out.
func (s *Store) OthersDecisions(provider string) ([][]byte, error) {
	if err := persistence.CheckProvider(provider); err != nil {
		return nil, err
	}
	mine := s.keys.decisions(provider) + s.name
	resp, err := s.get(s.running, s.keys.decisions(provider), clientv3.WithPrefix(),
		clientv3.WithSort(clientv3.SortByModRevision, clientv3.SortDescend), clientv3.WithLimit(decisionLogs+1))
	if err != nil {
		return nil, poolError(provider, err)
	}
	var all [][]byte
	for _, kv := range resp.Kvs {
		packed, err := s.open(kv.Value)
		if string(kv.Key) == mine || err != nil {
			continue
		}
		if lines, err := decompress(packed); err == nil {
			all = append(all, lines)
		}
	}
	return all[:min(len(all), decisionLogs)], nil
}
