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
// which was read, and the fence when there is a lock. So whoever has lost a lock
// without knowing writes nothing. One result is taken all the same: a new login
// whose refresh token was spent under the lost lock, while the spent token is
// still the stored one. The provider knows no fences, and nobody else has that login.
//
// Keys of a store are on its lease of [LeaseTTL], which it keeps alive. A refresh
// moves its lock to a lease of its own, which is longer than the exchange may take
// and is not kept alive: see [persistence.Lapsing]. Whoever gets the lock after
// such a lease has ended finds an exchange that is over, whatever the clocks say.
package etcd
