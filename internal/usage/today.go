package usage

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"sync"
	"time"
)

// today counts the tokens that each client has used since the latest midnight. The
// zero value has counted none.
type today struct {
	mu    sync.Mutex
	since time.Time
	used  map[string]int64
}

// midnight is when the day of t began, by the local time.
func midnight(t time.Time) time.Time {
	t = t.Local()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// begin takes over what was used before.
func (d *today) begin(used map[string]int64, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.since, d.used = midnight(now), used
}

// add counts a record, on the day on which its request began.
func (d *today) add(r *Record, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.turn(now)
	if !r.At.Before(d.since) {
		d.used[r.Client] += r.Input + r.Output
	}
}

func (d *today) of(client string, now time.Time) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.turn(now)
	return d.used[client]
}

// turn begins another day.
func (d *today) turn(now time.Time) {
	if since := midnight(now); d.used == nil || !since.Equal(d.since) {
		d.since, d.used = since, map[string]int64{}
	}
}

// Today returns how many tokens each client has used since midnight of the local
// time, by what is in a file. A file that is not there has none.
func Today(ctx context.Context, path string) (used map[string]int64, err error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return map[string]int64{}, nil
	}
	err = reading(path, func(db *sql.DB) error {
		used, err = tokensSince(ctx, db, midnight(time.Now()))
		return err
	})
	return used, err
}

func tokensSince(ctx context.Context, db *sql.DB, since time.Time) (map[string]int64, error) {
	rows, err := db.QueryContext(ctx, `SELECT client, sum(input) + sum(output) FROM requests WHERE at >= ? GROUP BY client`, since.UnixMilli())
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read to its end
	used := map[string]int64{}
	for rows.Next() {
		var client string
		var tokens int64
		if err := rows.Scan(&client, &tokens); err != nil {
			return nil, err
		}
		used[client] = tokens
	}
	return used, rows.Err()
}
