package multiaccount

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/migrate"
)

// ImportOptions say what [Engine.Import] adds. The zero value means every login
// that is found, linked to its program.
type ImportOptions struct {
	// Paths are the files to read; empty means those that [migrate.Find] finds.
	Paths []string
	// DryRun adds nothing: the report says what would be added.
	DryRun bool
	// Adopt makes the logins this engine's own at once, as [Pool.Adopt] does.
	Adopt bool
	// Once leaves out the pools that have accounts, and those that Once was used for
	// before: a login that its owner has removed does not come back. A dry run does not
	// look whether it was used before.
	Once bool
}

// ImportResult says what became of one login.
type ImportResult string

// The results.
const (
	// ImportTaken: it was added, or would be without DryRun.
	ImportTaken ImportResult = "taken"
	// ImportKnown: the pool has it already.
	ImportKnown ImportResult = "known"
	// ImportSkipped: it could not be used.
	ImportSkipped ImportResult = "skipped"
)

// ImportEntry is one login that [Engine.Import] found. It holds no secret.
type ImportEntry struct {
	// Path is the file, Name what the login is called in it, and Format says which
	// program wrote it.
	Path   string
	Name   string
	Format account.OriginFormat
	// Provider is empty when it is not known.
	Provider string
	// AccountID is empty for a login that was skipped, and after a dry run. Label
	// is the label or e-mail; empty without either.
	AccountID string
	Label     string
	// Linked is set while the other program refreshes the login.
	Linked bool
	Result ImportResult
	// Reason says why a login was not added.
	Reason string
	// Note says which part of the login could not be read and was left out, such
	// as the end of its token; empty when all of it was read.
	Note string
}

// Import adds the logins that other programs keep on this machine: OpenCode,
// Codex, Claude Code and multi-account-core. It only reads their files. A login
// with tokens stays linked to its program: the engine uses it, reads it again
// when its token ends, and does not refresh it until [Pool.Adopt], because two
// programs that refresh one login end it for both.
//
// The report has an entry for each login that was found. Errors: a file in
// o.Paths that could not be read, the store's, [ErrClosed], ctx's. What was
// added before the error stays.
func (e *Engine) Import(ctx context.Context, o ImportOptions) ([]ImportEntry, error) {
	if !o.Once {
		return importInto(ctx, e.pools, o)
	}
	pools, err := e.neverImported(ctx, o.DryRun)
	if err != nil || len(pools) == 0 && len(o.Paths) == 0 {
		return nil, err
	}
	return importInto(ctx, pools, o)
}

func importInto(ctx context.Context, pools map[string]*Pool, o ImportOptions) ([]ImportEntry, error) {
	named := len(o.Paths) > 0
	if !named {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, fmt.Errorf("multiaccount: looking for logins: %w", err)
		}
		o.Paths = migrate.Find(os.Getenv, home)
	}
	var report []ImportEntry
	var unread error
	for _, path := range o.Paths {
		contents, err := migrate.Read(path)
		if err != nil {
			report = append(report, ImportEntry{Path: path, Result: ImportSkipped, Reason: err.Error()})
			unread = errors.Join(unread, err)
			continue
		}
		entries, err := importAll(ctx, pools, &contents, o)
		report = append(report, entries...)
		if err != nil {
			return report, err
		}
	}
	if named && unread != nil {
		return report, fmt.Errorf("multiaccount: %w", unread)
	}
	return report, nil
}

func importAll(ctx context.Context, pools map[string]*Pool, c *migrate.Contents, o ImportOptions) ([]ImportEntry, error) {
	var entries []ImportEntry
	for i := range c.Logins {
		entry := ImportEntry{Path: c.Path, Name: c.Logins[i].Name, Format: c.Format, Provider: c.Logins[i].Record.Provider, Note: c.Logins[i].Note}
		err := entry.take(ctx, pools, &c.Logins[i].Record, o)
		entries = append(entries, entry)
		if err != nil {
			return entries, err
		}
	}
	for _, s := range c.Skipped {
		entries = append(entries, ImportEntry{Path: c.Path, Name: s.Name, Format: c.Format, Result: ImportSkipped, Reason: s.Reason})
	}
	return entries, nil
}

// take adds one login and completes its entry.
func (entry *ImportEntry) take(ctx context.Context, pools map[string]*Pool, rec *account.Record, o ImportOptions) error {
	pool := pools[rec.Provider]
	if pool == nil {
		entry.Result, entry.Reason = ImportSkipped, "the engine was not opened with this provider"
		if o.Once {
			entry.Reason = "its pool has accounts, or was imported into before"
		}
		return nil
	}
	if o.Adopt {
		rec.Lineage, rec.Origin = account.Owned, nil
	}
	id, err := pool.actors.Import(ctx, *rec, o.DryRun)
	var known *DuplicateAccountError
	switch err = pool.publicError(err); {
	case errors.As(err, &known):
		entry.Result, entry.AccountID, entry.Reason = ImportKnown, known.AccountID, "the pool has this login already"
		return nil
	case err != nil:
		return err
	}
	entry.Result, entry.AccountID, entry.Linked = ImportTaken, id, rec.Lineage == account.Linked
	if entry.Label = rec.Label; entry.Label == "" {
		entry.Label = rec.Email
	}
	return nil
}

// neverImported returns the pools that are empty and were not imported into before,
// and marks them unless it is asked for a dry run.
func (e *Engine) neverImported(ctx context.Context, dry bool) (map[string]*Pool, error) {
	empty := map[string]*Pool{}
	for name, pool := range e.pools {
		if pool.actors.Size("") > 0 {
			continue
		}
		first, err := dry, error(nil)
		if !dry {
			first, err = e.store.MarkImported(ctx, name)
		}
		if err != nil {
			return nil, fmt.Errorf("importing into the %s pool: %w", name, err)
		}
		if first {
			empty[name] = pool
		}
	}
	return empty, nil
}

// Adopt makes a linked login this engine's own. From now on the engine
// refreshes it, starting with the tokens that the other program has at this
// moment. The other program has to log in again when its tokens are no longer
// the latest. For an account that is not linked Adopt does nothing. Errors:
// [ErrUnknownAccount], [*ReauthRequiredError] when the other program's file has
// another account's login or no refresh token, [ErrClosed], the store's.
func (p *Pool) Adopt(ctx context.Context, id string) error {
	return p.publicError(p.actors.Adopt(ctx, id))
}
