package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"
)

// An unlocked folder is read without its passphrase, until it is locked again.
func TestVaultUnlocksForAWhile(t *testing.T) {
	keyring.MockInit() // the test is one process, and so is its keyring
	t.Setenv("MULTIACCOUNT_DIR", filepath.Join(t.TempDir(), "state"))
	t.Setenv("MULTIACCOUNT_PASSPHRASE", "four random words here")
	for _, args := range [][]string{{"encrypt"}, {"vault", "unlock", "--for", "1h"}} {
		if status, _, stderr := command(t, args...); status != exitDone {
			t.Fatalf("%q: %s", args, stderr)
		}
	}
	t.Setenv("MULTIACCOUNT_PASSPHRASE", "")
	if status, stdout, stderr := command(t, "vault", "status"); status != exitDone || !strings.Contains(stdout, "unlocked for") {
		t.Errorf("%q, %q", stdout, stderr)
	}
	if status, _, stderr := command(t, "status"); status != exitDone {
		t.Errorf("an unlocked folder: %q", stderr)
	}
	if status, _, stderr := command(t, "vault", "lock"); status != exitDone {
		t.Errorf("locking: %q", stderr)
	}
	if status, _, stderr := command(t, "status"); status != exitFailed || !strings.Contains(stderr, "MULTIACCOUNT_PASSPHRASE") {
		t.Errorf("a locked folder: %d, %q", status, stderr)
	}
}
