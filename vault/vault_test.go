package vault

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/zalando/go-keyring"
	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

func TestMain(m *testing.M) {
	keyring.MockInit() // no test touches the keyring of whoever runs it
	goleak.VerifyTestMain(m)
}

// sealed is a folder with one account, encrypted as method says.
func sealed(t *testing.T, method func(Key) (persistence.Encryption, error)) string {
	t.Helper()
	dir := t.TempDir()
	s, err := persistence.OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	rec := account.Record{ID: "a", Provider: "p", Credentials: account.Credentials{APIKey: account.NewSecret("k")}}
	if err := errors.Join(s.Create(t.Context(), rec), s.Close()); err != nil {
		t.Fatal(err)
	}
	key, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	e, err := method(key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := persistence.Encrypt(t.Context(), dir, key, e); err != nil {
		t.Fatal(err)
	}
	return dir
}

// quick is a passphrase without much work.
func quick(k Key) (persistence.Encryption, error) { return k.wrapped("open sesame", 4) }

func says(passphrase string) func() (string, error) {
	return func() (string, error) { return passphrase, nil }
}

func checkOpens(t *testing.T, dir string, ask func() (string, error)) {
	t.Helper()
	key, err := Open(dir, ask)
	if err != nil {
		t.Fatal(err)
	}
	s, err := persistence.OpenSealed(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := s.Read(t.Context(), persistence.Key{Provider: "p", ID: "a"})
	if err != nil || rec.Credentials.APIKey.Reveal() != "k" {
		t.Errorf("the account: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestPassphrase(t *testing.T) {
	dir := sealed(t, quick)
	checkOpens(t, dir, says("open sesame"))
	t.Setenv(PassphraseVariable, "open sesame")
	checkOpens(t, dir, nil)
	t.Setenv(PassphraseVariable, "")
	for want, ask := range map[error]func() (string, error){
		ErrWrongPassphrase: says("another"), ErrNoPassphrase: nil,
	} {
		if key, err := Open(dir, ask); !errors.Is(err, want) || key != nil {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

func TestKeyring(t *testing.T) {
	dir := sealed(t, Key.ByKeyring)
	checkOpens(t, dir, nil)
	e, _, err := persistence.ReadEncryption(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := Forget(e); err != nil {
		t.Fatal(err)
	}
	if key, err := Open(dir, nil); !errors.Is(err, ErrNoKeyring) || key != nil {
		t.Errorf("a key that is gone: %v", err)
	}
}

func TestFolderInPlainTextHasNoKey(t *testing.T) {
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		if key, err := Open(dir, nil); err != nil || key != nil {
			t.Errorf("%v, %v", key, err)
		}
	}
}

func TestDamagedEncryptionFile(t *testing.T) {
	dir := sealed(t, quick)
	path := filepath.Join(dir, "encryption.json")
	for _, content := range []string{"", "{}", `{"version":2}`, `{"version":1,"method":"passphrase","key":"AAAA"}`, `{"version":1,"method":"new"}`} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if key, err := Open(dir, says("open sesame")); err == nil || key != nil {
			t.Errorf("%q opens: %v", content, key)
		}
	}
}

func TestEmptyPassphraseIsNone(t *testing.T) {
	key, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := key.ByPassphrase(""); !errors.Is(err, ErrNoPassphrase) {
		t.Errorf("error %v", err)
	}
}
