package multiprocess_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// fail refreshes an account whose login is dead, and returns whether the
// breaker took the account out of the pool.
func fail(ctx context.Context, c *peer.Child, id string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, rig.Patience)
	defer cancel()
	decided := make(chan bool, 16)
	defer c.Engine.Subscribe(func(e multiaccount.Event) {
		if r, ok := e.(multiaccount.LoginRejected); ok && r.AccountID == id {
			decided <- r.Disabled
		}
	})()
	var reauth *multiaccount.ReauthRequiredError
	if err := c.Pool.Refresh(ctx, id); !errors.As(err, &reauth) {
		return false, fmt.Errorf("%w, want *ReauthRequiredError", err)
	}
	select {
	case disabled := <-decided:
		return disabled, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// All logins die at the same moment, each noticed by another process: one
// account stays in the pool, with its fault on record, and says what to do.
func TestLastAccountIsKept(t *testing.T) {
	const rounds = 8
	for processes := 2; processes <= 4; processes += 2 {
		t.Run(fmt.Sprintf("processes=%d", processes), func(t *testing.T) {
			for range rounds {
				lastIsKept(t, processes)
			}
		})
	}
}

func lastIsKept(t *testing.T, processes int) {
	t.Helper()
	w := newWorld(t, providertest.Options{})
	ids := make([]string, processes)
	for i := range ids {
		h := w.srv.AddAccount(providertest.Account{})
		ids[i] = w.add(t, fmt.Sprintf("account-%d", i), h, func(*account.Record) {})
		h.Revoke()
	}
	gate := w.srv.HoldExchanges(providertest.BeforeSpending)
	all := w.start(t, processes)
	for i, p := range all {
		p.Order(t, "fail", ids[i])
	}
	rig.Must(t, gate.Wait(rig.Deadline(t), processes))
	gate.Release()
	told := 0
	for _, p := range all {
		var disabled bool
		p.Result(t, &disabled)
		if disabled {
			told++
		}
	}
	end(t, all)
	out := 0
	for id, r := range w.stored(t) {
		if r.Fault == nil {
			t.Errorf("%s: the fault of its login is not on record", id)
		} else if r.Fault.Disabled {
			out++
		}
	}
	if out == processes || out != told {
		t.Errorf("%d of %d accounts are disabled, the engines told of %d", out, processes, told)
	}
}
