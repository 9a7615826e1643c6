package usage

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

const (
	// batchSize and batchDelay are when records are written: so many, or after so
	// long. What is not written is lost with the process.
	batchSize  = 256
	batchDelay = time.Second
	// queueSize is how many records wait while the disk is slow; more are lost.
	queueSize = 4096
	// keep is how long records are kept, and purgeEvery how often older ones are
	// looked for.
	keep       = 90 * 24 * time.Hour
	purgeEvery = time.Hour
	// writeTime is how long a batch may take to be written.
	writeTime = 10 * time.Second
)

// Log records. Its one goroutine writes; end it with [Log.Close]. It is safe for
// concurrent use.
type Log struct {
	// db is nil where nothing is written.
	db      *sql.DB
	today   today
	records chan Record
	closing chan struct{}
	running sync.WaitGroup
	dropped atomic.Uint64
	log     zerolog.Logger
	// failing is set when the latest batch was lost.
	failing atomic.Bool
	// purged is when older records were last looked for. It is the goroutine's.
	purged time.Time
}

// Open opens a file of records, and makes one that is not there. The error says
// what to do about one that cannot be used. logger may be nil.
func Open(ctx context.Context, path string, logger *zerolog.Logger) (*Log, error) {
	db, err := openFile(ctx, path)
	if err != nil {
		return nil, err
	}
	l := newLog(db, logger)
	now := time.Now()
	used, err := tokensSince(ctx, db, midnight(now))
	if err != nil {
		return nil, errors.Join(unusable(path, err), db.Close())
	}
	l.today.begin(used, now)
	l.start(ctx)
	return l, nil
}

// Unwritten returns a log that writes nothing, and counts what clients use from now
// on: for a host whose file cannot be used.
func Unwritten(ctx context.Context) *Log {
	l := newLog(nil, nil)
	l.start(ctx)
	return l
}

func newLog(db *sql.DB, logger *zerolog.Logger) *Log {
	l := &Log{db: db, records: make(chan Record, queueSize), closing: make(chan struct{}), log: zerolog.Nop()}
	if logger != nil {
		l.log = *logger
	}
	return l
}

func (l *Log) start(ctx context.Context) {
	l.running.Go(func() { l.run(context.WithoutCancel(ctx)) })
}

// Close writes what has come. Nothing is recorded after it.
func (l *Log) Close() error {
	close(l.closing)
	l.running.Wait()
	if l.db == nil {
		return nil
	}
	return l.db.Close()
}

// Today returns how many tokens a client has used since midnight of the local time,
// input and output together, by the requests that have ended. It counts what is lost
// for the file, too, until the process ends.
func (l *Log) Today(client string) int64 { return l.today.of(client, time.Now()) }

// Add does not wait: a record for which there is no room is lost.
func (l *Log) Add(r Record) {
	l.today.add(&r, time.Now())
	select {
	case l.records <- r:
	default:
		l.dropped.Add(1)
	}
}

// Dropped returns how many records were lost so far.
func (l *Log) Dropped() uint64 { return l.dropped.Load() }

// Recording reports whether records are written: the file can be used, and the latest
// batch was not lost.
func (l *Log) Recording() bool { return l.db != nil && !l.failing.Load() }

func (l *Log) run(ctx context.Context) {
	batch := make([]Record, 0, batchSize)
	var due <-chan time.Time
	for {
		select {
		case r := <-l.records:
			batch = append(batch, r)
			if due == nil {
				due = time.After(batchDelay)
			}
			if len(batch) < batchSize {
				continue
			}
		case <-due:
		case <-l.closing:
			l.write(ctx, l.rest(batch))
			return
		}
		l.write(ctx, batch)
		batch, due = batch[:0], nil
	}
}

// rest is a batch with all that still waits.
func (l *Log) rest(batch []Record) []Record {
	for {
		select {
		case r := <-l.records:
			batch = append(batch, r)
		default:
			return batch
		}
	}
}

// write writes a batch, or loses it. Older records go first, since they make room.
func (l *Log) write(ctx context.Context, batch []Record) {
	if l.db == nil {
		l.dropped.Add(uint64(len(batch)))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	err := l.purge(ctx, time.Now())
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
