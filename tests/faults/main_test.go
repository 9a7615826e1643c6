// Package faults_test has everything go wrong that can: the provider, the
// disk, the host's own code, callers that leave, and the end of the engine in
// the middle of it all.
package faults_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// errDisk is what a failing store says.
var errDisk = errors.New("no space left on the test's disk")

// world is an engine on files with a pool of Anthropic accounts.
type world struct {
	srv  *providertest.Server
	dir  string
	eng  *multiaccount.Engine
	pool *multiaccount.Pool
	// settings are those of every engine.
	settings settings.Settings
}

func newWorld(t *testing.T) world {
	t.Helper()
	return newWorldWith(t, rig.Settings())
}

// newPatientWorld is newWorld where callers wait for a free place.
func newPatientWorld(t *testing.T) world {
	t.Helper()
	s := rig.Settings()
	s.MaxWait = rig.Patience
	return newWorldWith(t, s)
}

func newWorldWith(t *testing.T, s settings.Settings) world {
	t.Helper()
	w := world{srv: rig.Server(t), dir: t.TempDir(), settings: s}
	w.eng = w.open(t)
	w.pool = rig.Pool(t, w.eng, "anthropic")
	return w
}

// open opens one more engine on the world's folder.
func (w world) open(t *testing.T) *multiaccount.Engine {
	t.Helper()
	return rig.Open(t, multiaccount.Config{Dir: w.dir, Providers: rig.Providers(w.srv), Settings: w.settings})
}

// acquire leases an account, which must work.
func acquire(t *testing.T, pool *multiaccount.Pool, r multiaccount.Request) *multiaccount.Lease {
	t.Helper()
	lease, err := pool.Acquire(t.Context(), r)
	if err != nil {
		t.Fatalf("Acquire: %v", err)
	}
	return lease
}

// serve leases an account and reports a success.
func serve(ctx context.Context, pool *multiaccount.Pool) (account string, err error) {
	lease, err := pool.Acquire(ctx, multiaccount.Request{})
	if err != nil {
		return "", err
	}
	lease.Done(multiaccount.Outcome{Status: 200})
	return lease.AccountID(), nil
}

// checkIdle checks that no request counts as in flight.
func checkIdle(t *testing.T, pool *multiaccount.Pool) {
	t.Helper()
	all, err := pool.Accounts(t.Context())
	rig.Must(t, err)
	for _, a := range all {
		if a.InFlight != 0 {
			t.Errorf("%s has %d requests in flight", a.Label, a.InFlight)
		}
	}
}

// use has one account serve a request.
func use(ctx context.Context, pool *multiaccount.Pool, id string) error {
	lease, err := pool.Acquire(ctx, multiaccount.Request{Account: id})
	if err == nil {
		lease.Done(multiaccount.Outcome{Status: 200})
	}
	return err
}

// awaitState waits until an account is listed once, and so.
func awaitState(t *testing.T, pool *multiaccount.Pool, id string, want multiaccount.State) {
	t.Helper()
	end := time.Now().Add(rig.Patience)
	for {
		all, err := pool.Accounts(t.Context())
		rig.Must(t, err)
		all = slices.DeleteFunc(all, func(a multiaccount.AccountStatus) bool { return a.ID != id })
		if len(all) == 1 && all[0].State == want {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the account is listed as %+v, want %s", all, want)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
