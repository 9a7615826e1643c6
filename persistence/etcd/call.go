package etcd

import (
	"context"
	"os"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/internal/wait"
)

// call runs one call to etcd, with the time that it may take.
func call[T any](ctx context.Context, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return do(ctx)
}

// again runs a call until it works, fails for good or patience is over. The call must
// change nothing, or change the same when it runs twice. The caller's ctx does not end
// it, so that the outcome of a change is known where that is possible.
func again[T any](s *Store, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(s.running, s.silence.patience())
	defer cancel()
	for {
		result, err := call(ctx, do)
		s.silence.note(err)
		if err == nil || !isTransient(err) || rest(ctx) != nil {
			return result, storageError(s.endpoints, err)
		}
	}
}

// get reads what a majority of the members has stored.
func (s *Store) get(ctx context.Context, key string, with ...clientv3.OpOption) (*clientv3.GetResponse, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return again(s, func(ctx context.Context) (*clientv3.GetResponse, error) { return s.client.Get(ctx, key, with...) })
}

// transact runs a transaction that may run twice.
func (s *Store) transact(guards []clientv3.Cmp, then ...clientv3.Op) (*clientv3.TxnResponse, error) {
	return again(s, func(ctx context.Context) (*clientv3.TxnResponse, error) {
		return s.client.Txn(ctx).If(guards...).Then(then...).Commit()
	})
}

// rest waits for a pause; the context's error when that ends first.
func rest(ctx context.Context) error { return wait.For(ctx, pause) }

func hostname() string {
	name, _ := os.Hostname() // an empty one tells as much
	return name
}

func processID() int { return os.Getpid() }
