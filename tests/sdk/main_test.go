// Package sdk_test drives the official clients of Anthropic and OpenAI,
// unchanged but for their HTTP client, through pools of accounts.
package sdk_test

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sdkKey is the key that every client is made with, as hosts do whose client
// insists on one. It must never be sent.
const sdkKey = "sk-of-the-sdk-itself"

// scene is a pool with two accounts, alice first, and a client of it.
type scene struct {
	srv        *providertest.Server
	pool       *multiaccount.Pool
	http       *http.Client
	alice, bob *providertest.AccountHandle
	// aliceID and bobID are the pool's names of them.
	aliceID, bobID string
}

// play sets a scene for one use of a client. login turns an account of the
// provider into one of the pool.
func play(t *testing.T, u use, login func(*providertest.AccountHandle) multiaccount.NewAccount) scene {
	t.Helper()
	srv := rig.Server(t)
	eng := rig.Open(t, multiaccount.Config{Providers: rig.Providers(srv), Settings: rig.Settings()})
	pool := rig.Pool(t, eng, string(u.flavour))
	alice := srv.AddAccount(providertest.Account{Flavour: u.flavour, Email: "alice@example.com"})
	bob := srv.AddAccount(providertest.Account{Flavour: u.flavour, Email: "bob@example.com"})
	return scene{
		srv: srv, pool: pool, alice: alice, bob: bob,
		http:    &http.Client{Transport: pool.Transport(nil)},
		aliceID: rig.Add(t, pool, login(alice)), bobID: rig.Add(t, pool, login(bob)),
	}
}

// servedBy checks whose answer it is.
func servedBy(t *testing.T, text string, err error, who *providertest.AccountHandle) {
	t.Helper()
	if err != nil {
		t.Fatalf("asking: %v", err)
	}
	if want := "Served by " + who.Name() + "."; text != want {
		t.Errorf("answer %q, want %q", text, want)
	}
}

func checkState(t *testing.T, s scene, id string, want multiaccount.State) multiaccount.AccountStatus {
	t.Helper()
	status := rig.Status(t, s.pool, id)
	if status.State != want {
		t.Errorf("%s is %s (%s), want %s", status.Label, status.State, status.Reason, want)
	}
	return status
}
