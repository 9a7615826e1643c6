// Package migrate reads the logins that other programs keep: OpenCode, Codex,
// Claude Code and multi-account-core. It only ever reads; nothing in a source
// is changed. The way back is [Export].
package migrate

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/regular"
)

// maxFile bounds what is read: real sources are a few KiB.
const maxFile = 8 << 20

// Errors of [Read].
var (
	// ErrFormat is returned for a file that none of the known programs writes.
	ErrFormat = errors.New("no known program keeps its logins in this form")
	// ErrJSON is returned for a file that is not JSON, or is cut off.
	ErrJSON = errors.New("it is not valid JSON")
)

// Login is one login as it was found.
type Login struct {
	// Record has the provider, the credentials and what is known of the
	// account; no ID. It is [account.Linked], with its Origin, when the program
	// it belongs to goes on refreshing it.
	Record account.Record
	// Name is what the source calls it, for reports.
	Name string
}

// Skipped is an entry that is no login which could be used.
type Skipped struct {
	Name string
	// Reason says why, without anything of what the entry holds.
	Reason string
}

// Contents are what one file holds.
type Contents struct {
	Path    string
	Format  account.OriginFormat
	Logins  []Login
	Skipped []Skipped
}

// Read reads the logins in the file at path, whichever program wrote it. The
// errors name path: [ErrFormat], [ErrJSON], or why it could not be read.
func Read(path string) (Contents, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return Contents{}, err
	}
	data, err := load(path)
	if err != nil {
		return Contents{}, fmt.Errorf("reading logins: %w", err)
	}
	c := Contents{Path: path}
	if err := c.decode(data); err != nil {
		return Contents{}, fmt.Errorf("reading logins from %s: %w", path, err)
	}
	return c, nil
}

func load(path string) ([]byte, error) {
	data, _, err := regular.Read(path, maxFile)
	if errors.Is(err, regular.ErrTooLarge) {
		err = fmt.Errorf("%s is larger than %d MiB", path, maxFile>>20)
	}
	return data, err
}

// add takes a login in, or says what is wrong with it.
func (c *Contents) add(name string, rec account.Record) {
	creds := &rec.Credentials
	if creds.AccessToken.IsZero() && creds.RefreshToken.IsZero() && creds.APIKey.IsZero() {
		c.skip(name, "it holds no token and no key")
		return
	}
	rec.Enabled, rec.Weight, rec.Generation = true, 1, 1
	rec.Kind, rec.Lineage = account.OAuth, account.Linked
	rec.Origin = &account.Origin{Format: c.Format, Path: c.Path, Key: name}
	if !creds.APIKey.IsZero() {
		// Nobody's refresh ends a key: whoever has it may use it.
		rec.Kind, rec.Lineage, rec.Origin = account.APIKey, account.Owned, nil
	}
	c.Logins = append(c.Logins, Login{Record: rec, Name: name})
}

func (c *Contents) skip(name, reason string) {
	c.Skipped = append(c.Skipped, Skipped{Name: name, Reason: reason})
}
