// Package migrate reads the logins that other programs keep: OpenCode, Codex,
// Claude Code and multi-account-core. It only reads: it changes nothing in
// their files. [Export] writes logins for multi-account-core.
package migrate

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// Errors of [Read].
var (
	// ErrFormat is returned for a file that none of the known programs writes.
	ErrFormat = errors.New("no known program keeps its logins in this form")
	// ErrJSON is returned for a file that is not JSON, or is cut off.
	ErrJSON = errors.New("it is not valid JSON")
)

// Login is one login that was found.
type Login struct {
	// Record has the provider, the credentials and what is known of the account;
	// it has no ID. It is [account.Linked], with its Origin, when its program goes
	// on refreshing it.
	Record account.Record
	// Name is what the source calls it, for reports.
	Name string
	// Note says which part of it could not be read and was left out, without any
	// of its content; empty when all of it was read.
	Note string
}

// Skipped is an entry that could not be used.
type Skipped struct {
	Name string
	// Reason says why, without any of the entry's content.
	Reason string
}

// Contents is what one file holds.
type Contents struct {
	Path    string
	Format  account.OriginFormat
	Logins  []Login
	Skipped []Skipped
}

// Read reads the logins in the file at path, whichever program wrote it. An
// entry that cannot be used is in Skipped, with the reason, and does not affect
// the others. A file without any login has Skipped entries that say what it
// holds. Errors name path: [ErrFormat], [ErrJSON], or why it could not be read.
func Read(path string) (Contents, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return Contents{}, err
	}
	c := Contents{Path: path}
	data, err := load(path)
	if err == nil {
		err = c.decode(data)
	}
	if err != nil {
		return Contents{}, fmt.Errorf("reading logins from %s: %w", printable.Text(path), err)
	}
	return c, nil
}

// add takes a login in that was read from an object, or says what is wrong with
// it. A login whose token was damaged is left alone, unless what is damaged is
// the refresh token alone, which a linked login can do without.
func (c *Contents) add(name string, from *object, rec account.Record) bool {
	creds := &rec.Credentials
	key := !creds.APIKey.IsZero()
	switch {
	case from.damaged && creds.AccessToken.IsZero() && !key:
		c.skip(name, from.note())
		return false
	case creds.AccessToken.IsZero() && creds.RefreshToken.IsZero() && !key:
		c.skip(name, strings.Join(append([]string{"it holds no token and no key"}, from.odd...), "; "))
		return false
	}
	rec.Enabled, rec.Weight, rec.Generation = true, 1, 1
	rec.Kind, rec.Lineage = account.OAuth, account.Linked
	rec.Origin = &account.Origin{Format: c.Format, Path: c.Path, Key: name}
	if key {
		// Nobody's refresh ends a key: whoever has it may use it.
		rec.Kind, rec.Lineage, rec.Origin = account.APIKey, account.Owned, nil
	}
	c.Logins = append(c.Logins, Login{Record: rec, Name: name, Note: from.note()})
	return true
}

func (c *Contents) skip(name, reason string) {
	c.Skipped = append(c.Skipped, Skipped{Name: name, Reason: reason})
}
