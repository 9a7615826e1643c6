package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/vault"
)

// keyMark is in the API key, wordMark in the passphrase of the canary's life.
const (
	keyMark  = "canary-key-4711"
	wordMark = "canary-passphrase-4711"
)

// A life of the whole command line, with marked secrets, in good order and in
// trouble: no mark is in anything that was printed, nor in any file but those of
// the accounts. "export" prints logins, which is what it is for.
func TestNoCommandTellsASecret(t *testing.T) {
	srv, dir := providertest.New(providertest.Options{}), filepath.Join(t.TempDir(), "state")
	t.Cleanup(srv.Close)
	t.Setenv("MULTIACCOUNT_DIR", dir)
	if err := configure(dir, srv); err != nil {
		t.Fatal(err)
	}
	accounts, err := serveTraffic(dir, srv)
	if err != nil {
		t.Fatal(err)
	}
	c := &canary{t: t, dir: dir}
	c.run("sk-ant-"+keyMark, "accounts", "add", "keys", "--label", "key")
	c.run("sk-ant-"+keyMark, "accounts", "add", "keys", "--label", "again")      // refused
	c.run("sk-ant-"+keyMark, "accounts", "add", "anthropic", "--label", "wrong") // refused
	c.run("sk-ant-"+keyMark, "accounts", "add", "openai", "--label", "foreign")  // refused
	c.run("sk "+keyMark+" two words", "accounts", "add", "anthropic")
	c.run("sk-ant-other-"+keyMark, "login", "anthropic", "--api-key")
	c.all(everyday...)
	accounts[0].Revoke()
	c.all(everyday...)
	c.run("", "config", "set", "debug", "true")
	c.all(everyday...)
	t.Setenv(vault.PassphraseVariable, wordMark)
	c.backup()
	c.run("", "encrypt")
	c.all(sealed...)
	t.Setenv(vault.PassphraseVariable, "another "+wordMark)
	c.all(sealed...)
	t.Setenv(vault.PassphraseVariable, wordMark)
	c.run("", "decrypt")
	c.breakFile()
	c.all(everyday...)
	c.scanFiles()
	if c.runs < 100 {
		t.Errorf("only %d commands ran", c.runs)
	}
}

// backup writes a backup, brings it back elsewhere, and scans its file: it is
// encrypted.
func (c *canary) backup() {
	c.t.Helper()
	file := filepath.Join(c.t.TempDir(), "backup.age")
	c.run("", "backup", file)
	c.run("", "backup", file, "--json", "--force")
	c.run("", "restore", file, "--json", "--dir", filepath.Join(c.t.TempDir(), "other"))
	text, err := os.ReadFile(file)
	if err != nil {
		c.t.Fatal(err)
	}
	c.scan("the backup", string(text))
}

// everyday are commands that print; those with a mistake among them.
var everyday = []string{
	"", "--help", "accounts list", "accounts list --json", "accounts show key", "accounts show work --json", "accounts show nobody",
	"accounts refresh work", "accounts refresh home", "accounts refresh key", "accounts reset home", "accounts rename key key",
	"accounts disable home", "accounts enable home", "accounts pin home", "accounts pin --clear", "accounts adopt home",
	"status", "status --json", "why", "why --json", "doctor --offline", "doctor --json --provider anthropic", "config show", "config show --json",
	"config get debug", "config check", "config set debug perhaps", "import --dry-run", "import --json --dry-run", "version --json", "export",
	"login nobody", "login anthropic --timeout 1ms --no-browser", "accounts remove again", "completion bash", "nonsense",
	"status --jq .", "accounts list --format {{.}}", "vault status", "vault lock", "config test-event",
}

// sealed are those that are worth their time with an encrypted folder: each makes
// the key from the passphrase, which is slow on purpose.
var sealed = []string{"accounts list", "accounts show work --json", "status", "why", "doctor --offline", "encrypt"}

// canary runs commands and looks for marks.
type canary struct {
	t    *testing.T
	dir  string
	runs int
}

func (c *canary) all(lines ...string) {
	for _, line := range lines {
		c.run("", strings.Fields(line)...)
	}
}

// run gives a command its standard input, and scans what it prints.
func (c *canary) run(input string, args ...string) {
	c.t.Helper()
	in, write, err := os.Pipe()
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = in.Close() }() // nothing was written there
	if _, err := write.WriteString(input + "\n"); err != nil {
		c.t.Fatal(err)
	}
	if err := write.Close(); err != nil {
		c.t.Fatal(err)
	}
	var said lockedBuffer // a log may be written until the end
	run(args, streams{in: in, out: &said, err: &said})
	c.scan(strings.Join(args, " "), said.String())
	c.runs++
}

// lockedBuffer is a buffer for several goroutines.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (c *canary) scan(what, text string) {
	c.t.Helper()
	for _, mark := range []string{providertest.TokenMark, keyMark, wordMark} {
		if strings.Contains(text, mark) {
			c.t.Errorf("%s tells %q:\n%s", what, mark, text)
		}
	}
}

// breakFile makes an account's file one that cannot be read.
func (c *canary) breakFile() {
	c.t.Helper()
	files, err := filepath.Glob(filepath.Join(c.dir, "anthropic", "accounts", "*.json"))
	if err != nil || len(files) < 2 {
		c.t.Fatalf("%d accounts, %v", len(files), err)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(files[0], whole[:len(whole)/2], 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// scanFiles scans every file that is not an account's.
func (c *canary) scanFiles() {
	c.t.Helper()
	scanned := 0
	err := filepath.WalkDir(c.dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Base(filepath.Dir(path)) == "accounts" && strings.Contains(path, ".json") {
			return err
		}
		text, err := os.ReadFile(path)
		scanned++
		c.scan(path, string(text))
		return err
	})
	if err != nil || scanned < 5 {
		c.t.Errorf("%d files were scanned, %v", scanned, err)
	}
}
