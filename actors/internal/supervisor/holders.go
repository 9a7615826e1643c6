package supervisor

import (
	"hash/maphash"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
)

// holders knows which account holds which identity, which tokens and which label:
// no account is in the pool twice, and no label is used twice. It keeps only
// hashes: the caller checks whether the account it gets really matches. A label
// whose hash only seems to be taken may be refused.
type holders struct {
	seed maphash.Seed
	ids  map[uint64]string
}

func newHolders() holders { return holders{seed: maphash.MakeSeed(), ids: map[uint64]string{}} }

// ofIdentity returns the id of the account that may have r's identity; empty for
// none, or when r has no identity.
func (h holders) ofIdentity(r *account.Record) string {
	if r.Identity() == "" {
		return ""
	}
	return h.ids[h.hash("identity", r.Identity())]
}

// ofTokens returns the id of the account that may hold one of r's tokens.
func (h holders) ofTokens(r *account.Record) string {
	for _, s := range []account.Secret{r.Credentials.RefreshToken, r.Credentials.APIKey} {
		if id := h.ids[h.hash("token", s.Reveal())]; id != "" && !s.IsZero() {
			return id
		}
	}
	return ""
}

// ofLabel returns the id of the account of r's label, upper case or lower; empty
// when none, or when r has none.
func (h holders) ofLabel(r *account.Record) string {
	if r.Label == "" {
		return ""
	}
	return h.ids[h.hash("label", strings.ToLower(r.Label))]
}

func (h holders) put(r *account.Record) {
	h.each(r, func(key uint64) { h.ids[key] = r.ID })
}

func (h holders) drop(r *account.Record) {
	h.each(r, func(key uint64) {
		if h.ids[key] == r.ID {
			delete(h.ids, key)
		}
	})
}

// move updates the entries of an account whose credentials or label may have changed.
func (h holders) move(old, current *account.Record) {
	if old.Generation == current.Generation && old.Identity() == current.Identity() && old.Label == current.Label {
		return
	}
	h.drop(old)
	h.put(current)
}

func (h holders) each(r *account.Record, do func(key uint64)) {
	if identity := r.Identity(); identity != "" {
		do(h.hash("identity", identity))
	}
	if r.Label != "" {
		do(h.hash("label", strings.ToLower(r.Label)))
	}
	for _, s := range []account.Secret{r.Credentials.RefreshToken, r.Credentials.APIKey} {
		if !s.IsZero() {
			do(h.hash("token", s.Reveal()))
		}
	}
}

func (h holders) hash(kind, value string) uint64 {
	return maphash.String(h.seed, kind+"\x00"+value)
}
