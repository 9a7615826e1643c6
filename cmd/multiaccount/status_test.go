package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// The status says which process uses an account.
func TestStatusNamesWhoUsesAnAccount(t *testing.T) {
	srv, dir := providertest.New(providertest.Options{}), filepath.Join(t.TempDir(), "state")
	t.Cleanup(srv.Close)
	t.Setenv("MULTIACCOUNT_DIR", dir)
	if _, err := serveTraffic(dir, srv); err != nil {
		t.Fatal(err)
	}
	store, err := persistence.OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() }) // what counts was read by then
	all, err := store.Load(t.Context(), "anthropic")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Claim("anthropic", []string{all.Accounts[1].ID}); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := command(t, "status")
	want := fmt.Sprintf("process %d uses it", os.Getpid())
	if status != exitDone || strings.Count(stdout, want) != 1 || !strings.Contains(stdout, "home  ready  active  "+want) {
		t.Errorf("status %d, %s\n%s", status, stderr, stdout)
	}
	if _, stdout, _ = command(t, "status", "--json"); strings.Count(stdout, `"used_by"`) != 1 {
		t.Errorf("as JSON:\n%s", stdout)
	}
}
