package usage

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
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
)

// Log records. Its one goroutine writes; end it with [Log.Close]. It is safe for
// concurrent use.
type Log struct {
	// path is the file; empty where nothing is written.
	path string
	// db has opened the file, which was then the one that file describes. Both are the
	// goroutine's, as purged is; db is nil while the file cannot be opened.
	db      *sql.DB
	file    fs.FileInfo
	today   today
	records chan Record
	closing chan struct{}
	running sync.WaitGroup
	dropped atomic.Uint64
	log     zerolog.Logger
	// failing is set when the latest batch was lost.
	failing atomic.Bool
	// purged is when older records were last looked for.
	purged time.Time
}

// Open opens a file of records, and makes one that is not there. The error says
// what to do about one that cannot be used. logger may be nil.
func Open(ctx context.Context, path string, logger *zerolog.Logger) (*Log, error) {
	l := newLog(path, logger)
	if err := l.open(ctx); err != nil {
		return nil, err
	}
	now := time.Now()
	used, err := tokensSince(ctx, l.db, midnight(now))
	if err != nil {
		return nil, errors.Join(unusable(path, err), l.db.Close())
	}
	l.today.begin(used, now)
	l.start(ctx)
	return l, nil
}

// Unwritten returns a log that writes nothing, and counts what clients use from now
// on: for a host whose file cannot be used.
func Unwritten(ctx context.Context) *Log {
	l := newLog("", nil)
	l.start(ctx)
	return l
}

func newLog(path string, logger *zerolog.Logger) *Log {
	l := &Log{path: path, records: make(chan Record, queueSize), closing: make(chan struct{}), log: zerolog.Nop()}
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
func (l *Log) Recording() bool { return l.path != "" && !l.failing.Load() }

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
