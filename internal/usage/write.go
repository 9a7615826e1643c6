package usage

import (
	"context"
	"errors"
	"os"
	"time"
)

const (
	// keep is how long records are kept, and purgeEvery how often older ones are
	// looked for.
	keep       = 90 * 24 * time.Hour
	purgeEvery = time.Hour
	// writeTime is how long a batch may take to be written.
	writeTime = 10 * time.Second
)

// write writes a batch, or loses it. Older records go first, since they make room.
func (l *Log) write(ctx context.Context, batch []Record) {
	if l.path == "" {
		l.dropped.Add(uint64(len(batch)))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	err := l.follow(ctx)
	if err == nil {
		err = l.purge(ctx, time.Now())
	}
	if err == nil {
		err = l.insert(ctx, batch)
	}
	if failed := l.failing.Swap(err != nil); err != nil && !failed {
		l.log.Warn().Err(err).Msg("usage is not recorded; see whether the disk has room")
	}
	if err != nil {
		l.dropped.Add(uint64(len(batch)))
	}
}

// follow opens the file again when it was deleted or replaced: what is written to the
// one that is open, nobody would read.
func (l *Log) follow(ctx context.Context) error {
	if l.db != nil {
		if now, err := os.Stat(l.path); err == nil && os.SameFile(now, l.file) {
			return nil
		}
		_ = l.db.Close() // what it keeps is gone
		l.db = nil
	}
	return l.open(ctx)
}

func (l *Log) open(ctx context.Context) error {
	db, err := openFile(ctx, l.path)
	if err != nil {
		return err
	}
	if l.file, err = os.Stat(l.path); err != nil {
		return errors.Join(err, db.Close())
	}
	l.db = db
	return nil
}

func (l *Log) purge(ctx context.Context, now time.Time) error {
	if now.Sub(l.purged) < purgeEvery {
		return nil
	}
	l.purged = now
	_, err := l.db.ExecContext(ctx, `DELETE FROM requests WHERE at < ?`, now.Add(-keep).UnixMilli())
	return err
}

const insertRecord = `INSERT INTO requests
	(at, client, provider, account, model, status, attempts, complete, latency_ms, first_byte_ms, input, cached, cache_written, output, reasoning)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// insert writes a batch whole or not at all.
func (l *Log) insert(ctx context.Context, batch []Record) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after the commit there is nothing to roll back
	for i := range batch {
		r := &batch[i]
		if _, err := tx.ExecContext(ctx, insertRecord, r.At.UnixMilli(), r.Client, r.Provider, r.Account, r.Model, r.Status, r.Attempts,
			r.Complete, r.Latency.Milliseconds(), firstByte(r), r.Input, r.Cached, r.CacheWritten, r.Output, r.Reasoning); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// firstByte is nothing where nothing came.
func firstByte(r *Record) any {
	if r.FirstByte == 0 {
		return nil
	}
	return r.FirstByte.Milliseconds()
}
