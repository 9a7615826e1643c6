package actors

import (
	"crypto/sha256"

	"github.com/seed-810f1486/multiaccount/account"
)

// holders knows which account has which identity and which tokens, by their
// hashes: no account is to be in a pool twice.
type holders map[[sha256.Size]byte]string

// ofIdentity returns the id of the account that r would be; empty when none,
// or when r does not say who it is.
func (h holders) ofIdentity(r *account.Record) string {
	if identity := r.Identity(); identity != "" {
		return h[hashOf("identity", identity)]
	}
	return ""
}

// ofTokens returns the id of the account that holds one of r's tokens.
func (h holders) ofTokens(r *account.Record) string {
	for _, key := range tokensOf(r) {
		if id := h[key]; id != "" {
			return id
		}
	}
	return ""
}

func (h holders) put(r *account.Record) {
	for _, key := range keysOf(r) {
		h[key] = r.ID
	}
}

func (h holders) drop(r *account.Record) {
	for _, key := range keysOf(r) {
		if h[key] == r.ID {
			delete(h, key)
		}
	}
}

// move follows an account whose credentials may have changed.
func (h holders) move(old, new *account.Record) {
	if old.Generation == new.Generation && old.Subject == new.Subject && old.Organization == new.Organization {
		return
	}
	h.drop(old)
	h.put(new)
}

func keysOf(r *account.Record) [][sha256.Size]byte {
	keys := tokensOf(r)
	if identity := r.Identity(); identity != "" {
		keys = append(keys, hashOf("identity", identity))
	}
	return keys
}

func tokensOf(r *account.Record) [][sha256.Size]byte {
	var keys [][sha256.Size]byte
	for _, s := range []account.Secret{r.Credentials.RefreshToken, r.Credentials.APIKey} {
		if !s.IsZero() {
			keys = append(keys, hashOf("token", s.Reveal()))
		}
	}
	return keys
}

func hashOf(kind, value string) [sha256.Size]byte {
	return sha256.Sum256([]byte(kind + "\x00" + value))
}
