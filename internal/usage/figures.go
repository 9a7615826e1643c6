package usage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway/admin"
)

// File is the path of a file of records, whose figures the admin interface shows.
type File string

var _ admin.Usage = File("")

// Sum implements [admin.Usage]. Nothing was used where nothing was ever recorded.
func (f File) Sum(ctx context.Context, q admin.UsageQuery) (all []admin.UsageGroup, err error) {
	if _, err := os.Stat(string(f)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	unit := unitOf(q)
	err = reading(string(f), func(db *sql.DB) error {
		rows, err := db.QueryContext(ctx, fmt.Sprintf(steps, columnOf(q.By), unit.Milliseconds()), q.Since.UnixMilli(), q.Until.UnixMilli())
		if err != nil {
			return err
		}
		defer rows.Close() //nolint:errcheck // read to its end
		all, err = stepGroups(rows, q, unit)
		return err
	})
	return all, err
}

const steps = `SELECT %s AS kind, at / %d AS unit, model, count(*), sum(status = 0 OR status >= 400 OR NOT complete), count(first_byte_ms),
	sum(input), sum(cached), sum(cache_written), sum(output), sum(reasoning), sum(latency_ms), sum(coalesce(first_byte_ms, 0))
	FROM requests WHERE at >= ? AND at < ? GROUP BY kind, unit, model`

// unitOf is what steps are made of: each begins with one, in every time zone.
func unitOf(q admin.UsageQuery) time.Duration {
	switch {
	case q.Step == 0:
		return keep
	case q.Step < quarter:
		return q.Step
	}
	return quarter
}

func columnOf(by string) string {
	switch by {
	case "client", "account", "model", "provider":
		return by
	}
	return "''"
}

// stepGroups are the rows, the units of a step in one.
func stepGroups(rows *sql.Rows, q admin.UsageQuery, unit time.Duration) ([]admin.UsageGroup, error) {
	type place struct {
		key string
		at  int64
	}
	var all []admin.UsageGroup
	found := map[place]int{}
	for rows.Next() {
		var g admin.UsageGroup
		var at, latency, firstByte int64
		var model string
		if err := rows.Scan(&g.Key, &at, &model, &g.Requests, &g.Failed, &g.Answered,
			&g.Input, &g.Cached, &g.CacheWritten, &g.Output, &g.Reasoning, &latency, &firstByte); err != nil {
			return nil, err
		}
		g.Latency, g.FirstByte = time.Duration(latency)*time.Millisecond, time.Duration(firstByte)*time.Millisecond
		g.Models = map[string]admin.UsageTokens{model: g.UsageTokens}
		if q.Step > 0 {
			g.At = q.StepOf(time.UnixMilli(at * unit.Milliseconds()))
		}
		i, seen := found[place{g.Key, g.At.UnixMilli()}]
		if !seen {
			i = len(all)
			found[place{g.Key, g.At.UnixMilli()}] = i
			all = append(all, admin.UsageGroup{Key: g.Key, At: g.At})
		}
		all[i].Add(&g)
	}
	return all, rows.Err()
}
