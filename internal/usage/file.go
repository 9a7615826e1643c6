package usage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// FileName is what the file of records is called, in the state directory.
const FileName = "usage.db"

// version is that of the table, as the file says it.
const version = 1

// The times are in milliseconds, since 1970 and each.
const schema = `
CREATE TABLE requests (
	at INTEGER NOT NULL, client TEXT NOT NULL, provider TEXT NOT NULL, account TEXT NOT NULL, model TEXT NOT NULL,
	status INTEGER NOT NULL, attempts INTEGER NOT NULL, complete INTEGER NOT NULL, latency_ms INTEGER NOT NULL, first_byte_ms INTEGER,
	input INTEGER NOT NULL, cached INTEGER NOT NULL, cache_written INTEGER NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT NULL
);
CREATE INDEX requests_at ON requests (at);
PRAGMA user_version = 1;
`

// openFile opens a file to write in. It is its owner's alone, and so are the files
// that SQLite makes beside it.
func openFile(ctx context.Context, path string) (*sql.DB, error) {
	if err := persistence.WriteFile(path, nil, false); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	db, err := connect(path, "_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	if err := prepare(ctx, db); err != nil {
		return nil, errors.Join(unusable(path, err), db.Close())
	}
	return db, nil
}

// connect has one connection: a file has one writer at a time.
func connect(path, options string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	at := url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(path), "/"), RawQuery: "_pragma=busy_timeout(5000)&" + options}
	db, err := sql.Open("sqlite", at.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// prepare makes the table where there is none.
func prepare(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after the commit there is nothing to roll back
	found := 0
	if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&found); err != nil {
		return err
	}
	switch found {
	case version:
		return nil
	case 0:
	default:
		return fmt.Errorf("its version is %d, and this program knows %d", found, version)
	}
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	return tx.Commit()
}

func unusable(path string, err error) error {
	return fmt.Errorf("%s cannot be used: %w; make room, or move it away, and the next start makes a new one", path, err)
}
