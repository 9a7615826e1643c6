package faults_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestAddRefusesWhatCannotWork(t *testing.T) {
	_, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	for name, a := range map[string]multiaccount.NewAccount{
		"APIKey":      {Label: "neither token nor key"},
		"APIKey ":     {APIKey: "key", RefreshToken: "token"},
		"Weight":      {APIKey: "key", Weight: -1},
		"Weight ":     {APIKey: "key", Weight: 10_001},
		"MaxInFlight": {APIKey: "key", MaxInFlight: -1},
	} {
		_, err := pool.Add(t.Context(), a)
		var invalid *multiaccount.InvalidAccountError
		if !errors.As(err, &invalid) || invalid.Field != strings.TrimSpace(name) || invalid.Problem == "" {
			t.Errorf("%+v: %v, want *InvalidAccountError of %s", a, err, name)
		}
	}
	all, err := pool.Accounts(t.Context())
	if err != nil || len(all) != 0 {
		t.Errorf("%d accounts, %v", len(all), err)
	}
}

// What an HTTP header cannot carry would fail with each request, as if the
// network was down.
func TestAddRefusesWhatCannotBeSent(t *testing.T) {
	_, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	for _, damaged := range []string{"secret\x00", "secret one", "secret\nX-Evil: 1", "s\u00e9cret", "secret\xff", "secret\u200b", "\x1b[31msecret", "secret\x7f"} {
		for field, a := range map[string]multiaccount.NewAccount{
			"APIKey": {APIKey: damaged}, "AccessToken": {AccessToken: damaged, RefreshToken: "rt"}, "RefreshToken": {AccessToken: "at", RefreshToken: damaged},
		} {
			_, err := pool.Add(t.Context(), a)
			var invalid *multiaccount.InvalidAccountError
			if !errors.As(err, &invalid) || invalid.Field != field || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s %q: error %v", field, damaged, err)
			}
		}
	}
	if _, err := pool.Add(t.Context(), multiaccount.NewAccount{APIKey: " \r\n\t"}); err == nil {
		t.Error("white space was taken for a key")
	}
}

// White space around a key is not part of it: files end with a newline.
func TestAddTrims(t *testing.T) {
	_, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	padded := multiaccount.NewAccount{APIKey: "\t key-1\r\n"}
	id := rig.Add(t, pool, padded)
	rig.Must(t, pool.CheckStored(t.Context(), id, padded))
	rig.Must(t, pool.CheckStored(t.Context(), id, multiaccount.NewAccount{APIKey: "key-1"}))
}

func TestAddRefusesATokenTwice(t *testing.T) {
	_, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	withKey := multiaccount.NewAccount{Label: "key", APIKey: "key-1"}
	first := map[string]string{"login": rig.Add(t, pool, rig.Login("a")), "key": rig.Add(t, pool, withKey)}
	stranger := rig.Login("a")
	stranger.Subject, stranger.AccessToken = "somebody else", "another"
	for name, again := range map[string]multiaccount.NewAccount{"login": stranger, "key": withKey} {
		_, err := pool.Add(t.Context(), again)
		var duplicate *multiaccount.DuplicateAccountError
		if !errors.As(err, &duplicate) || duplicate.AccountID != first[name] {
			t.Errorf("%s: %v, want *DuplicateAccountError of %s", name, err, first[name])
		}
		if err != nil && (strings.Contains(err.Error(), again.RefreshToken) && again.RefreshToken != "" || strings.Contains(err.Error(), "key-1")) {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
	// A removed account's token is free again.
	rig.Must(t, pool.Remove(t.Context(), first["key"]))
	rig.Add(t, pool, withKey)
}

// addTogether adds logins of one identity while the store is busy with the
// first, whose write then ends with err.
func addTogether(t *testing.T, d disk, adders int, err error) (ids []string, errs []error) {
	t.Helper()
	busy, first := make(chan struct{}), true
	d.store.Before(func(op rig.Op) error {
		if op != rig.OpCreate || !first {
			return nil
		}
		first = false
		<-busy
		return err
	})
	var mu sync.Mutex
	var adding sync.WaitGroup
	for i := range adders {
		adding.Go(func() {
			a := rig.Login("a")
			a.AccessToken, a.RefreshToken = fmt.Sprintf("access-%d", i), fmt.Sprintf("refresh-%d", i)
			id, err := d.pool.Add(t.Context(), a)
			mu.Lock()
			defer mu.Unlock()
			ids, errs = append(ids, id), append(errs, err)
		})
	}
	synctest.Wait()
	close(busy)
	adding.Wait()
	return ids, errs
}

// Logins of one identity that are added at the same time are one account.
func TestAddAtTheSameTime(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		const adders = 16
		d := newDisk(t)
		ids, errs := addTogether(t, d, adders, nil)
		slices.Sort(ids)
		if err := errors.Join(errs...); err != nil || len(slices.Compact(ids)) != 1 {
			t.Errorf("ids %v, %v; want one id", ids, err)
		}
		all, err := d.pool.Accounts(t.Context())
		if err != nil || len(all) != 1 || all[0].Generation != adders {
			t.Errorf("%d accounts, %v; want one with the last login", len(all), err)
		}
	})
}

// When the first of them cannot be stored, the others are no worse off.
func TestAddAtTheSameTimeFails(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		d := newDisk(t)
		_, errs := addTogether(t, d, 3, errDisk)
		failed := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
		if len(failed) != 1 || !errors.Is(failed[0], errDisk) {
			t.Errorf("errors %v, want one of the disk's", failed)
		}
		all, err := d.pool.Accounts(t.Context())
		if err != nil || len(all) != 1 {
			t.Errorf("%d accounts, %v", len(all), err)
		}
	})
}

func TestUnknownAccount(t *testing.T) {
	_, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	rig.Add(t, pool, rig.Login("a"))
	ctx, id := t.Context(), "no-such-account"
	for name, err := range map[string]error{
		"Remove":        pool.Remove(ctx, id),
		"SetEnabled":    pool.SetEnabled(ctx, id, true),
		"Rename":        pool.Rename(ctx, id, "x"),
		"Refresh":       pool.Refresh(ctx, id),
		"ResetCooldown": pool.ResetCooldown(ctx, id),
	} {
		if !errors.Is(err, multiaccount.ErrUnknownAccount) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := pool.Acquire(ctx, multiaccount.Request{Account: id})
	var unavailable *multiaccount.AccountUnavailableError
	if !errors.As(err, &unavailable) || unavailable.AccountID != id {
		t.Errorf("pinned: %v", err)
	}
}

func TestEmptyPool(t *testing.T) {
	eng, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	if _, err := serve(t.Context(), pool); !errors.Is(err, multiaccount.ErrNoAccounts) {
		t.Errorf("an empty pool: %v", err)
	}
	if _, err := eng.Pool("other"); !errors.Is(err, multiaccount.ErrUnknownProvider) {
		t.Errorf("another provider: %v", err)
	}
}

// A request needs no body.
func TestRequestWithoutBody(t *testing.T) {
	_, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	rig.Add(t, pool, rig.Login("a"))
	wire := &rig.Wire{}
	wire.Next("access-a", http.StatusUnauthorized) // sent twice
	for _, body := range []*strings.Reader{nil, strings.NewReader("")} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, rig.PlainURL, http.NoBody)
		rig.Must(t, err)
		req.Body, req.Header = nil, nil
		if body != nil {
			req.Body = http.NoBody
		}
		resp, err := pool.Transport(wire).RoundTrip(req)
		rig.Must(t, err)
		rig.Must(t, resp.Body.Close())
		if resp.StatusCode != http.StatusOK || req.Header != nil {
			t.Errorf("status %d, the caller's header became %v", resp.StatusCode, req.Header)
		}
	}
}

// stub is a transport that answers with the same response always.
type stub struct{ resp *http.Response }

func (s stub) RoundTrip(*http.Request) (*http.Response, error) { return s.resp, nil }

// A host's transport may leave out what net/http's own never does.
func TestTransportThatLeavesThingsOut(t *testing.T) {
	_, pool := rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	rig.Add(t, pool, rig.Login("a"))
	for name, resp := range map[string]*http.Response{
		"the body":            {StatusCode: http.StatusOK},
		"the body of a fault": {StatusCode: http.StatusBadRequest},
	} {
		client := &http.Client{Transport: pool.Transport(stub{resp})}
		if answer, err := rig.Ask(t.Context(), client, rig.PlainURL); err != nil || answer.Status != resp.StatusCode || answer.Body != "" {
			t.Errorf("%s: status %d, %v", name, answer.Status, err)
		}
	}
	once := rig.Settings()
	once.MaxAttempts = 1
	_, impatient := rig.OpenPlain(t, rig.NewProvider(), once)
	rig.Add(t, impatient, rig.Login("a"))
	if _, err := rig.Ask(t.Context(), &http.Client{Transport: impatient.Transport(stub{})}, rig.PlainURL); err == nil {
		t.Error("no answer and no error from the transport made no error")
	}
}

// The credential goes to the provider's own hosts and nowhere else, also when
// these lead elsewhere.
func TestRedirectToAForeignHost(t *testing.T) {
	w := newWorld(t)
	alice := w.srv.AddAccount(providertest.Account{})
	rig.Add(t, w.pool, rig.OAuth(alice))
	foreign := rig.Server(t)
	client := rig.Client(t, w.pool)
	alice.Next(providertest.Redirect(foreign.URL + "/v1/messages"))
	_, err := rig.Ask(t.Context(), client, w.srv.URL)
	var refused *multiaccount.ForeignHostError
	if !errors.As(err, &refused) || !strings.Contains(foreign.URL, refused.Host) {
		t.Errorf("error %v, want *ForeignHostError", err)
	}
	if _, err := rig.Ask(t.Context(), client, foreign.URL); !errors.As(err, &refused) {
		t.Errorf("asked at once: %v", err)
	}
	if n := foreign.Stats().Requests; n != 0 {
		t.Errorf("%d requests reached the foreign host", n)
	}
	alice.Next(providertest.Redirect(w.srv.URL + "/v1/messages"))
	rig.MustAsk(t, client, w.srv.URL)
	checkIdle(t, w.pool)
}

func TestOpenRefusesBadConfig(t *testing.T) {
	outOfRange := rig.Settings()
	outOfRange.MaxWait, outOfRange.MaxConsecutiveAuthFailures = -time.Second, 0
	plain := rig.NewProvider()
	for name, test := range map[string]struct {
		config multiaccount.Config
		check  func(error) bool
	}{
		"settings out of range": {
			config: multiaccount.Config{Settings: outOfRange, Providers: []providers.Provider{plain}},
			check: func(err error) bool {
				var wrong *settings.Error
				return errors.As(err, &wrong) && len(wrong.Problems) == 2
			},
		},
		"a nil provider": {config: multiaccount.Config{Providers: []providers.Provider{plain, nil}}},
		"a name twice":   {config: multiaccount.Config{Providers: []providers.Provider{plain, rig.NewProvider()}}},
		"a name that is no folder": {
			config: multiaccount.Config{Providers: []providers.Provider{apikey.New(apikey.Options{Name: "../elsewhere"})}},
			check:  func(err error) bool { return errors.Is(err, persistence.ErrName) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.config.Dir = t.TempDir()
			_, err := multiaccount.Open(t.Context(), test.config)
			if err == nil || (test.check != nil && !test.check(err)) {
				t.Errorf("Open: %v", err)
			}
		})
	}
}

func TestOpenWithEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := multiaccount.Open(ctx, multiaccount.Config{
		Providers: []providers.Provider{rig.NewProvider()}, Settings: rig.Settings(), Store: persistence.NewMemory(),
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Open: %v", err)
	}
}
