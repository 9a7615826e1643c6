// Package etcd keeps accounts in etcd, so that engines on many machines share
// one pool. It is a module of its own: the core links nothing of etcd.
//
//	cipher, err := etcd.Unlock(ctx, options, nil)
//	options.Cipher = cipher
//	store, err := etcd.Open(ctx, options)
//	...
//	defer store.Close()
//	eng, err := multiaccount.Open(ctx, multiaccount.Config{Store: store, Providers: ...})
//
// # Where things are
//
// Below the prefix, for each provider:
//
//	encryption                         how the values are encrypted
//	instances/<store>                  who has the store open, on its lease
//	pools/<provider>/accounts/<id>     an account, encrypted
//	pools/<provider>/claims/<store>    what one store claims, on its lease
//	pools/<provider>/intents/<id>      the exchange of a refresh token, encrypted
//	pools/<provider>/locks/<id>/<n>    who holds an account's lock, and who waits
//	decisions/<provider>/<store>       the latest decisions of one store, encrypted
//	pools/<provider>/pool              what belongs to the pool, encrypted
//
// # Locks and fences
//
// A lock is a queue: the key with the lowest create revision holds it, and that
// revision is the fence. Each write is one transaction that compares the revision
// which was read, and the fence when there is a lock. So a holder that has lost its
// lock without knowing it cannot write. There is one exception: a new login is stored
// although the lock was lost, as long as the stored refresh token is the one that was
// spent for it. The provider does not know of fences, and nobody else has that login.
//
// Keys of a store are on its lease of [LeaseTTL], which it keeps alive. A refresh
// moves its lock to a lease of its own, which is longer than the exchange may take
// and is not kept alive: see [persistence.Lapsing]. When such a lease has ended, the
// exchange is over, whatever the clocks of the machines say.
package etcd
