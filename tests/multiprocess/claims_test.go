package multiprocess_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// preference is what a process waits for: that its accounts are Spared, or
// used again.
type preference struct {
	Account string
	Spared  bool
}

// picks are so many that an account which nobody claims has its turn.
const picks = 6

// prefer waits until the account is left to others, or is not any more. A
// claim is no event: all there is to see is which accounts are picked.
func prefer(ctx context.Context, c *peer.Child, p preference) (moment, error) {
	ctx, cancel := context.WithTimeout(ctx, rig.Patience)
	defer cancel()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		used, err := picked(ctx, c.Pool, p.Account)
		if err != nil {
			return moment{}, err
		}
		if used != p.Spared {
			return moment{At: time.Now(), Account: p.Account}, nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return moment{}, fmt.Errorf("account %s is used: %v, for too long: %w", p.Account, used, ctx.Err())
		}
	}
}

// picked reports whether one of the next requests gets the account.
func picked(ctx context.Context, pool *multiaccount.Pool, id string) (bool, error) {
	for range picks {
		lease, err := pool.Acquire(ctx, multiaccount.Request{})
		if err != nil {
			return false, err
		}
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
		if lease.AccountID() == id {
			return true, nil
		}
	}
	return false, nil
}

// hold leases an account and keeps it, and notes that it has it.
func hold(ctx context.Context, c *peer.Child, id string) (any, error) {
	lease, err := c.Pool.Acquire(ctx, multiaccount.Request{Account: id})
	if err != nil {
		return nil, err
	}
	defer lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	c.Note(moment{At: time.Now(), Account: id})
	<-ctx.Done()
	return nil, nil //nolint:nilnil // there is nothing to return
}

// An account that one process uses is left to it by another, for as long as
// it lives: it may be killed, or end.
func TestClaimEndsWithItsProcess(t *testing.T) {
	for name, leave := range map[string]func(*testing.T, *peer.Process){
		"killed": func(_ *testing.T, p *peer.Process) { p.Kill() },
		"closed": func(t *testing.T, p *peer.Process) { p.Close(t) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, providertest.Options{})
			for _, id := range []string{"alice", "bob"} {
				w.add(t, id, w.srv.AddAccount(providertest.Account{}), func(*account.Record) {})
			}
			all := w.start(t, 2)
			user, other := all[0], all[1]
			user.Order(t, "hold", "alice")
			var began moment
			user.Note(t, &began)
			seen := peer.Do[moment](t, other, "prefer", preference{Account: "alice", Spared: true})
			died := time.Now()
			leave(t, user)
			free := peer.Do[moment](t, other, "prefer", preference{Account: "alice"})
			t.Logf("the claim was seen after %v, its end %v after the process'", seen.At.Sub(began.At), free.At.Sub(died))
			other.Close(t)
		})
	}
}
