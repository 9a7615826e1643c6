package multiprocess_test

import (
	"context"
	"errors"
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

// news is what one process does to an account and others hear of.
type news string

const (
	added    news = "added"
	disabled news = "disabled"
	limited  news = "limited"
	removed  news = "removed"
)

// about is some news of one account.
type about struct {
	News    news
	Account string
}

// moment is when something was acknowledged or seen.
type moment struct {
	At      time.Time
	Account string
}

// change makes the news, and returns when the engine said that it was done.
func change(ctx context.Context, c *peer.Child, a about) (moment, error) {
	var err error
	switch a.News {
	case added:
		a.Account, err = c.Pool.Add(ctx, multiaccount.NewAccount{Label: a.Account, APIKey: "key-of-" + a.Account})
	case disabled:
		err = c.Pool.SetEnabled(ctx, a.Account, false)
	case limited:
		var lease *multiaccount.Lease
		if lease, err = c.Pool.Acquire(ctx, multiaccount.Request{Account: a.Account}); err == nil {
			lease.Done(multiaccount.Outcome{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"3600"}}})
		}
	case removed:
		err = c.Pool.Remove(ctx, a.Account)
	}
	return moment{At: time.Now(), Account: a.Account}, err
}

// see notes that it listens, and returns when the process knows the news.
func see(ctx context.Context, c *peer.Child, a about) (moment, error) {
	ctx, cancel := context.WithTimeout(ctx, rig.Patience)
	defer cancel()
	heard := make(chan multiaccount.Event, 1024)
	defer c.Engine.Subscribe(func(e multiaccount.Event) { heard <- e })()
	c.Note("listening")
	for {
		select {
		case e := <-heard:
			if a.of(e) {
				seen := moment{At: time.Now(), Account: e.About().AccountID}
				return seen, a.check(ctx, c.Pool, seen.Account)
			}
		case <-ctx.Done():
			return moment{}, fmt.Errorf("not seen that account %s was %s: %w", a.Account, a.News, ctx.Err())
		}
	}
}

// of reports whether an event is this news.
func (a about) of(e multiaccount.Event) bool {
	if a.News != added && e.About().AccountID != a.Account {
		return false
	}
	switch e := e.(type) {
	case multiaccount.AccountJoined:
		return a.News == added && e.Label == a.Account
	case multiaccount.AccountSwitched:
		return a.News == disabled && !e.Enabled
	case multiaccount.AccountCooled:
		return a.News == limited
	case multiaccount.AccountLeft:
		return a.News == removed
	}
	return false
}

// check looks whether the pool's accounts are as the news says.
func (a about) check(ctx context.Context, pool *multiaccount.Pool, id string) error {
	all, err := pool.Accounts(ctx)
	if err != nil {
		return err
	}
	want := map[news]multiaccount.State{
		added: multiaccount.StateReady, disabled: multiaccount.StateDisabled, limited: multiaccount.StateCooling,
	}[a.News]
	for _, s := range all {
		if s.ID != id {
			continue
		}
		if s.State != want {
			return fmt.Errorf("account %s was %s and is %q", id, a.News, s.State)
		}
		return nil
	}
	if a.News != removed {
		return errors.New("there is no account " + id)
	}
	return nil
}

// What one process does to an account shows in all others.
func TestSeenByOthers(t *testing.T) {
	const processes, rounds = 4, 5
	w := newWorld(t, providertest.Options{})
	all := w.start(t, processes)
	for round := range rounds {
		label := fmt.Sprintf("key-%d", round)
		id := seenByAll(t, all, about{added, label})
		seenByAll(t, all, about{limited, id})
		seenByAll(t, all, about{disabled, id})
		seenByAll(t, all, about{removed, id})
	}
	end(t, all)
	if n := len(w.stored(t)); n != 0 {
		t.Errorf("%d accounts are left", n)
	}
}

// seenByAll has the first process make the news, waits until the others have
// seen it, and returns the account's id.
func seenByAll(t *testing.T, all []*peer.Process, a about) string {
	t.Helper()
	for _, p := range all[1:] {
		p.Order(t, "see", a)
		var listening string
		p.Note(t, &listening)
	}
	done := peer.Do[moment](t, all[0], "change", a)
	var last time.Duration
	for _, p := range all[1:] {
		var seen moment
		p.Result(t, &seen)
		if seen.Account != done.Account {
			t.Errorf("account %s was %s, seen was %s", done.Account, a.News, seen.Account)
		}
		last = max(last, seen.At.Sub(done.At))
	}
	t.Logf("%s: seen by all %v after it was acknowledged", a.News, last)
	return done.Account
}

// A token that one process got is used by the others that waited for none.
func TestRefreshSeenByOthers(t *testing.T) {
	w := newWorld(t, providertest.Options{})
	alice := w.srv.AddAccount(providertest.Account{})
	w.add(t, "alice", alice, func(*account.Record) {})
	all := w.start(t, 2)
	all[1].Order(t, "adopted", "alice")
	var listening string
	all[1].Note(t, &listening)
	peer.Do[any](t, all[0], "refresh", "alice")
	var token string
	all[1].Result(t, &token)
	if token != alice.AccessToken() {
		t.Error("the other process uses another token than the one that was issued")
	}
	if s := w.srv.Stats(); s.Refreshes != 1 {
		t.Errorf("%d exchanges", s.Refreshes)
	}
	end(t, all)
}

// adopted waits until another process has refreshed the account, and returns
// the token that is leased then.
func adopted(ctx context.Context, c *peer.Child, id string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, rig.Patience)
	defer cancel()
	refreshed := make(chan struct{}, 1024)
	defer c.Engine.Subscribe(func(e multiaccount.Event) {
		if r, ok := e.(multiaccount.LoginRefreshed); ok && r.Adopted && r.AccountID == id {
			refreshed <- struct{}{}
		}
	})()
	c.Note("listening")
	select {
	case <-refreshed:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	lease, err := c.Pool.Acquire(ctx, multiaccount.Request{Account: id})
	if err != nil {
		return "", err
	}
	defer lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	return lease.Token(), nil
}

// refresh gets the account a new token.
func refresh(ctx context.Context, c *peer.Child, id string) (any, error) {
	return nil, c.Pool.Refresh(ctx, id)
}
