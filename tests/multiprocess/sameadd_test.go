package multiprocess_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
)

// sameAdd is a login, or with Key an API key, that several processes add.
type sameAdd struct {
	Name, Token string
	Key         bool
}

// addSame adds a login that others add at the same time, and returns the id of its
// account.
func addSame(ctx context.Context, c *peer.Child, a sameAdd) (string, error) {
	added := multiaccount.NewAccount{APIKey: "key-" + a.Name}
	if !a.Key {
		added = multiaccount.NewAccount{
			Subject: a.Name, AccessToken: "access-" + a.Token, RefreshToken: a.Token, ExpiresAt: time.Now().Add(time.Hour),
		}
	}
	id, err := c.Pool.Add(ctx, added)
	var known *multiaccount.DuplicateAccountError
	if a.Key && errors.As(err, &known) {
		return known.AccountID, nil
	}
	return id, err
}

// Processes that add one login at the same time make one account, with the login of
// one of them, and all of them call it by the same id.
func TestSameLoginAddedByAll(t *testing.T) {
	const processes, rounds = 3, 20
	w := newWorld(t, providertest.Options{})
	all := w.start(t, processes)
	for round := range rounds {
		name, key := fmt.Sprintf("login-%d", round), round%2 == 1
		for i, p := range all {
			p.Order(t, "add-same", sameAdd{Name: name, Token: fmt.Sprintf("%s-%d", name, i), Key: key})
		}
		ids := map[string]bool{}
		for _, p := range all {
			var id string
			p.Result(t, &id)
			ids[id] = true
		}
		if len(ids) != 1 {
			t.Errorf("round %d: the processes made %d accounts of one login: %v", round, len(ids), ids)
		}
	}
	end(t, all)
	stored := w.stored(t)
	if len(stored) != rounds {
		t.Errorf("%d accounts are stored, want %d", len(stored), rounds)
	}
	for id, r := range stored {
		if want := uint64(processes); r.Subject != "" && r.Generation != want {
			t.Errorf("%s has generation %d, want %d: each process gave it a login", id, r.Generation, want)
		}
	}
}
