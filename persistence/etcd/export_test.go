package etcd

import clientv3 "go.etcd.io/etcd/client/v3"

// Wrap has the store's transactions pass through kv.
func (s *Store) Wrap(kv func(clientv3.KV) clientv3.KV) { s.client.KV = kv(s.client.KV) }

// Dial is what a store's connection begins with.
func (o Options) Dial() (*clientv3.Client, error) { return o.dial() }
