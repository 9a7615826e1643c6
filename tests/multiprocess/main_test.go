// Package multiprocess_test has many processes share one folder. The test
// binary starts itself; the fake provider runs in the process that started it.
package multiprocess_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestMain(m *testing.M) {
	if !peer.IsChild() {
		goleak.VerifyTestMain(m)
		return
	}
	if err := peer.Run(works(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// works are what a child can do. Each is beside the test that orders it.
func works() map[string]peer.Work {
	return map[string]peer.Work{
		"acquire":  peer.Does(acquire),
		"add-same": peer.Does(addSame),
		"adopted":  peer.Does(adopted),
		"agree":    peer.Does(agree),
		"ask":      peer.Does(ask),
		"change":   peer.Does(change),
		"fail":     peer.Does(fail),
		"hold":     peer.Does(hold),
		"mutate":   peer.Does(mutate),
		"pin":      peer.Does(pin),
		"prefer":   peer.Does(prefer),
		"refresh":  peer.Does(refresh),
		"see":      peer.Does(see),
	}
}

// world is a folder and a provider that processes share.
type world struct {
	srv *providertest.Server
	dir string
}

func newWorld(tb testing.TB, o providertest.Options) world {
	tb.Helper()
	srv := providertest.New(o)
	tb.Cleanup(srv.Close)
	return world{srv: srv, dir: tb.TempDir()}
}

// start starts n processes and waits until all are ready.
func (w world) start(tb testing.TB, n int) []*peer.Process {
	tb.Helper()
	program, err := os.Executable()
	rig.Must(tb, err)
	all := make([]*peer.Process, n)
	for i := range all {
		all[i] = peer.Start(tb, program, peer.At(w.srv, w.dir))
	}
	for _, p := range all {
		p.Ready(tb)
	}
	return all
}

// end ends the processes as their users would.
func end(tb testing.TB, all []*peer.Process) {
	tb.Helper()
	for _, p := range all {
		p.Close(tb)
	}
}

// store opens the folder without an engine.
func (w world) store(tb testing.TB) *persistence.FileStore {
	tb.Helper()
	files, err := persistence.OpenFiles(w.dir)
	rig.Must(tb, err)
	tb.Cleanup(func() { rig.Must(tb, files.Close()) })
	return files
}

// add stores an account as an earlier process would have, and returns its id.
func (w world) add(tb testing.TB, id string, h *providertest.AccountHandle, change func(*account.Record)) string {
	tb.Helper()
	a := h.Account()
	r := account.Record{
		ID: id, Provider: "anthropic", Subject: a.Subject, Organization: a.Organization, Email: a.Email,
		Kind: account.OAuth, Lineage: account.Owned, Generation: 1, Enabled: true, Weight: 1,
		Credentials: account.Credentials{
			AccessToken: account.NewSecret(h.AccessToken()), RefreshToken: account.NewSecret(h.RefreshToken()), ExpiresAt: h.ExpiresAt(),
		},
	}
	change(&r)
	rig.Must(tb, w.store(tb).Create(tb.Context(), r))
	return id
}

// stored returns every account, by id; each file must parse.
func (w world) stored(tb testing.TB) map[string]account.Record {
	tb.Helper()
	found, err := w.store(tb).Load(tb.Context(), "anthropic")
	rig.Must(tb, err)
	for _, q := range found.Quarantined {
		tb.Errorf("%s: %s", q.Path, q.Reason)
	}
	all := make(map[string]account.Record, len(found.Accounts))
	for _, r := range found.Accounts {
		all[r.ID] = r
	}
	return all
}
