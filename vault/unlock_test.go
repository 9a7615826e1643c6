package vault

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
)

func unlock(t *testing.T, dir string, until time.Time) {
	t.Helper()
	cipher, err := Open(dir, says("open sesame"))
	if err != nil {
		t.Fatal(err)
	}
	if err := cipher.(Key).Unlock(t.Context(), dir, until); err != nil {
		t.Fatal(err)
	}
}

func TestUnlockedFolderAsksForNoPassphrase(t *testing.T) {
	dir := sealed(t, quick)
	until := time.Now().Add(time.Hour).Truncate(time.Second)
	unlock(t, dir, until)
	checkOpens(t, dir, nil)
	if got := UnlockedUntil(dir); !got.Equal(until) {
		t.Errorf("unlocked until %v", got)
	}
	if err := Lock(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, nil); !errors.Is(err, ErrNoPassphrase) || !UnlockedUntil(dir).IsZero() {
		t.Errorf("a locked folder: %v", err)
	}
	if err := Lock(t.Context(), dir); err != nil {
		t.Errorf("locked twice: %v", err)
	}
}

// The keyring's own end counts: who may write to the folder cannot put it off.
func TestUnlockEnds(t *testing.T) {
	dir := sealed(t, quick)
	unlock(t, dir, time.Now().Add(-time.Second))
	if err := os.WriteFile(filepath.Join(dir, unlockFile), []byte(`{"until":"2999-01-01T00:00:00Z"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, nil); !errors.Is(err, ErrNoPassphrase) {
		t.Errorf("an unlock that is over: %v", err)
	}
	e, err := lockable(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Get(service, unlockName(e)); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("the keyring still has the key: %v", err)
	}
	checkOpens(t, dir, says("open sesame"))
}

func TestOnlyAPassphraseCanBeUnlocked(t *testing.T) {
	for name, dir := range map[string]string{"plain": t.TempDir(), "keyring": sealed(t, Key.ByKeyring)} {
		if err := Lock(t.Context(), dir); !errors.Is(err, ErrNotLockable) {
			t.Errorf("%s: %v", name, err)
		}
		if err := (Key{}).Unlock(t.Context(), dir, time.Now()); !errors.Is(err, ErrNotLockable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWeakPassphrasesAreRefused(t *testing.T) {
	for passphrase, weak := range map[string]bool{
		"": true, "short": true, "12345678901": true, "aaaaaaaaaaaaaaaaaaaa": true, "abababababababab": true,
		"correct horse battery": false, "tr0ub4dor&3-x": false, "öäüßéèêëàáâã": false,
	} {
		if err := CheckPassphrase(passphrase); errors.Is(err, ErrWeakPassphrase) != weak {
			t.Errorf("%q: %v", passphrase, err)
		}
	}
}
