package etcd

import (
	"strings"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// keys are the names of everything below a prefix.
type keys string

func (k keys) encryption() string            { return string(k) + "encryption" }
func (k keys) instances() string             { return string(k) + "instances/" }
func (k keys) pools() string                 { return string(k) + "pools/" }
func (k keys) pool(provider string) string   { return k.pools() + provider + "/" }
func (k keys) claims(provider string) string { return k.pool(provider) + "claims/" }

// decisions are not below the pool: nobody watches them.
func (k keys) decisions(provider string) string { return string(k) + "decisions/" + provider + "/" }

func (k keys) accounts(provider string) string { return k.pool(provider) + "accounts/" }

// account is the cell of an account.
func (k keys) account(key persistence.Key) cell {
	pool := k.pool(key.Provider)
	return cell{
		key: k.accounts(key.Provider) + key.ID, locks: pool + "locks/" + key.ID + "/",
		intent: pool + "intents/" + key.ID, required: true,
	}
}

// poolCell is the cell of what belongs to a pool. No account has the id "pool".
func (k keys) poolCell(provider string) cell {
	pool := k.pool(provider)
	return cell{key: pool + "pool", locks: pool + "locks/pool/", intent: pool + "intents/pool"}
}

// parts takes apart a key of a provider's: "accounts/<id>" and the like.
func (k keys) parts(provider, key string) (kind, name string) {
	kind, name, _ = strings.Cut(strings.TrimPrefix(key, k.pool(provider)), "/")
	return kind, name
}

// cell is a value with a lock: an account, or what belongs to a pool.
type cell struct {
	key    string
	locks  string
	intent string
	// required is set when the lock is that of something which must be there.
	required bool
}
