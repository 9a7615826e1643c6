package usage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// By is what a report has a group for each of.
type By string

// The groups. A day is one of the local time.
const (
	ByClient  By = "client"
	ByAccount By = "account"
	ByModel   By = "model"
	ByDay     By = "day"
)

// Group is what all requests of one kind came to.
type Group struct {
	// Key is the client's or account's id, the model's name, or the day as 2006-01-02.
	Key string
	// Failed are those of Requests that were refused, or whose answer was cut.
	Requests, Failed int64
	Tokens
	// Models are the tokens of each model among them.
	Models map[string]Tokens
	// Latency and FirstByte are means; 0 when there is nothing to say.
	Latency, FirstByte time.Duration

	latency, firstByte, answered int64
}

// quarter is the part of a day by which every time zone's days begin.
const quarter = 15 * time.Minute

// Report sums up the records of a file from a time on. An error is fs.ErrNotExist
// when nothing was ever recorded.
func Report(ctx context.Context, path string, by By, since time.Time) (all []Group, err error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	err = reading(path, func(db *sql.DB) error {
		rows, err := db.QueryContext(ctx, fmt.Sprintf(sums, by.column()), since.UnixMilli())
		if err != nil {
			return err
		}
		defer rows.Close() //nolint:errcheck // read to its end
		all, err = groups(rows, by)
		return err
	})
	return all, err
}

// reading reads a file. In a folder where nothing can be written SQLite cannot keep
// the files that it shares with a writer; there is no writer then, as a rule, and it
// is read as a file that does not change.
func reading(path string, read func(*sql.DB) error) error {
	err := readAs(path, "mode=ro", read)
	if err == nil || readAs(path, "mode=ro&immutable=1", read) == nil {
		return nil
	}
	return unreadable(path, err)
}

func readAs(path, options string, read func(*sql.DB) error) error {
	db, err := connect(path, options)
	if err != nil {
		return err
	}
	return errors.Join(read(db), db.Close())
}

const sums = `SELECT %s AS kind, model, count(*), sum(status = 0 OR status >= 400 OR NOT complete),
	sum(input), sum(cached), sum(cache_written), sum(output), sum(reasoning), sum(latency_ms), sum(coalesce(first_byte_ms, 0)), count(first_byte_ms)
	FROM requests WHERE at >= ? GROUP BY kind, model`

func (by By) column() string {
	switch by {
	case ByClient, ByAccount, ByModel:
		return string(by)
	default:
		return fmt.Sprintf("at / %d", quarter.Milliseconds())
	}
}

// groups are the rows, those of a day's quarters and of all models in one; sorted by
// their keys.
func groups(rows *sql.Rows, by By) ([]Group, error) {
	all := map[string]*Group{}
	for rows.Next() {
		var key any
		var model string
		var g Group
		if err := rows.Scan(&key, &model, &g.Requests, &g.Failed, &g.Input, &g.Cached, &g.CacheWritten, &g.Output, &g.Reasoning,
			&g.latency, &g.firstByte, &g.answered); err != nil {
			return nil, err
		}
		g.Key = keyOf(key, by)
		if all[g.Key] == nil {
			all[g.Key] = &Group{Key: g.Key, Models: map[string]Tokens{}}
		}
		all[g.Key].add(&g, model)
	}
	sorted := make([]Group, 0, len(all))
	for _, g := range all {
		sorted = append(sorted, *g)
	}
	slices.SortFunc(sorted, func(a, b Group) int { return strings.Compare(a.Key, b.Key) })
	return sorted, rows.Err()
}

func keyOf(column any, by By) string {
	if n, ok := column.(int64); ok && by == ByDay {
		return time.UnixMilli(n * quarter.Milliseconds()).Format(time.DateOnly)
	}
	return fmt.Sprint(column)
}

func (g *Group) add(more *Group, model string) {
	g.Requests += more.Requests
	g.Failed += more.Failed
	g.Tokens.add(more.Tokens)
	of := g.Models[model]
	of.add(more.Tokens)
	g.Models[model] = of
	g.latency += more.latency
	g.firstByte += more.firstByte
	g.answered += more.answered
	g.Latency = mean(g.latency, g.Requests)
	g.FirstByte = mean(g.firstByte, g.answered)
}

func mean(sum, n int64) time.Duration {
	if n == 0 {
		return 0
	}
	return time.Duration(sum/n) * time.Millisecond
}

func unreadable(path string, err error) error {
	return fmt.Errorf("%s cannot be read: %w; move it away, and \"multiaccount serve\" makes a new one", path, err)
}
