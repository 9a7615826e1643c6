package etcd

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"

	"github.com/google/uuid"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// Store is the [persistence.Store] that keeps accounts in etcd. It is safe for
// concurrent use. When etcd is slow, gone or split, its methods return a
// *[persistence.StorageError] within ten seconds, and nothing that was
// acknowledged is lost; it recovers by itself.
type Store struct {
	client    *clientv3.Client
	endpoints []string
	keys      keys
	cipher    persistence.Cipher
	// name is this store as others know it.
	name    string
	session *session
	decided *decisionLog
	tickets atomic.Uint64
	silence silence
	// logins are those that an add has read.
	logins readLogins
	// running ends with the store. Changes that have begun use it, so that a caller's
	// ctx does not cut them off.
	running context.Context //nolint:containedctx // it is the store's own life
	end     context.CancelFunc
}

var _ persistence.Store = (*Store)(nil)

// Open connects to an etcd that holds a fleet. ctx is for the opening only. The errors
// are [ErrNotInitialised], persistence.ErrSealed for another key than the
// fleet's, and *[persistence.StorageError].
func Open(ctx context.Context, o Options) (*Store, error) {
	s, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	s.session, s.decided = newSession(s), newDecisionLog(s)
	if _, err := s.session.current(ctx); err != nil {
		return nil, errors.Join(storageError(s.endpoints, err), s.Close())
	}
	return s, nil
}

// connect returns a store that can read only: it has no lease.
func connect(ctx context.Context, o Options) (*Store, error) {
	if o.Cipher == nil {
		return nil, errors.New("etcd: no key is given: see Unlock")
	}
	e, err := Encryption(ctx, o)
	if err != nil {
		return nil, err
	}
	if !e.OpensWith(o.Cipher) {
		return nil, persistence.ErrSealed
	}
	client, err := o.dial()
	if err != nil {
		return nil, err
	}
	s := &Store{
		client: client, endpoints: o.Endpoints, keys: keys(o.prefix()), cipher: o.Cipher, name: uuid.NewString(),
		logins: readLogins{of: map[string]*poolLogins{}},
	}
	s.running, s.end = context.WithCancel(context.Background())
	return s, nil
}

// Close implements [persistence.Store]: it gives up what this store claims. An
// exchange that was cut off keeps its account's lock until nobody can hear of it
// any more.
func (s *Store) Close() error {
	s.end()
	s.decided.running.Wait()
	s.session.wait()
	return s.client.Close()
}

// Instance is one store that has the fleet open.
type Instance struct {
	// Name tells it from others. Host and Process say where it runs.
	Name    string `json:"name"`
	Host    string `json:"host"`
	Process int    `json:"process"`
}

func (s *Store) instance() Instance { return Instance{s.name, hostname(), processID()} }

// Others returns the other stores that have the fleet open now.
func (s *Store) Others(ctx context.Context) ([]Instance, error) {
	resp, err := s.get(ctx, s.keys.instances(), clientv3.WithPrefix())
	if err != nil {
		return nil, err
	}
	var others []Instance
	for _, kv := range resp.Kvs {
		var i Instance
		if json.Unmarshal(kv.Value, &i) == nil && i.Name != s.name {
			others = append(others, i)
		}
	}
	return others, nil
}
