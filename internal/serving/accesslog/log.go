// Package accesslog writes a line of JSON for each request that has ended, to a file
// that is replaced when it has grown. A line has neither query, headers nor bodies.
//
// Lines are the first thing to be given up: a disk that is full or slow costs lines,
// and holds up no request.
package accesslog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"sync"

	"github.com/rs/zerolog"
	lumberjack "gopkg.in/natefinch/lumberjack.v2"

	"github.com/seed-810f1486/multiaccount/internal/regular"
	"github.com/seed-810f1486/multiaccount/internal/serving/traffic"
	"github.com/seed-810f1486/multiaccount/persistence"
)

const (
	// maxMegabytes is when a file is replaced, and maxOld how many older ones stay.
	maxMegabytes = 50
	maxOld       = 5
	// queueSize is how many lines wait while the disk is slow; more are lost.
	queueSize = 4096
	// maxText is how much of a path or a model is kept: both come from the client.
	maxText = 300
	// timeFormat is RFC 3339 with milliseconds.
	timeFormat = "2006-01-02T15:04:05.000Z07:00"
)

// Log is a [traffic.Watcher]. End it with [Log.Close].
type Log struct {
	file    *lumberjack.Logger
	lines   chan []byte
	closing chan struct{}
	running sync.WaitGroup
	log     zerolog.Logger
	// failed is told when lines are lost, once until one is written again.
	failed  func(error)
	failing bool
}

var _ traffic.Watcher = (*Log)(nil)

// Open opens a file to append to, for its owner alone when it makes it. failed is
// told of lines that cannot be written.
func Open(path string, failed func(error)) (*Log, error) {
	l := &Log{
		file:  &lumberjack.Logger{Filename: path, MaxSize: maxMegabytes, MaxBackups: maxOld},
		lines: make(chan []byte, queueSize), closing: make(chan struct{}), failed: failed,
	}
	if err := check(path); err != nil {
		return nil, fmt.Errorf("the access log cannot be written: %w; name another file with --access-log", err)
	}
	l.log = zerolog.New(queue{l})
	l.running.Go(l.run)
	return l, nil
}

// check makes the file, or sees that it can be appended to: what could not would be
// renamed, also a folder.
func check(path string) error {
	if err := persistence.WriteFile(path, nil, false); !errors.Is(err, fs.ErrExist) {
		return err
	}
	f, _, err := regular.Open(path, os.O_RDWR)
	if err != nil {
		return err
	}
	return f.Close()
}

// Reopen has the next line written to a file of that name as it is then: somebody may
// have moved the one before away.
func (l *Log) Reopen() error { return l.file.Close() }

// Close writes what waits. Nothing is logged after it.
func (l *Log) Close() error {
	close(l.closing)
	l.running.Wait()
	return l.file.Close()
}

func (l *Log) run() {
	for {
		select {
		case line := <-l.lines:
			l.write(line)
		case <-l.closing:
			l.writeRest()
			return
		}
	}
}

func (l *Log) writeRest() {
	for {
		select {
		case line := <-l.lines:
			l.write(line)
		default:
			return
		}
	}
}

func (l *Log) write(line []byte) {
	_, err := l.file.Write(line)
	if err != nil && !l.failing {
		l.failed(err)
	}
	l.failing = err != nil
}

// queue takes lines without waiting.
type queue struct{ log *Log }

// Write implements [io.Writer]. A line for which there is no room is lost.
func (q queue) Write(line []byte) (int, error) {
	select {
	case q.log.lines <- append([]byte(nil), line...):
	default:
	}
	return len(line), nil
}

// Began implements [traffic.Watcher].
func (*Log) Began(ctx context.Context, _ *traffic.Request, _ http.Header) context.Context {
	return ctx
}

// Attempted implements [traffic.Watcher].
func (*Log) Attempted(context.Context, *traffic.Request, traffic.Attempt) {}

// Streaming implements [traffic.Watcher].
func (*Log) Streaming(*traffic.Request) {}

// Ended implements [traffic.Watcher].
func (l *Log) Ended(_ context.Context, r *traffic.Request) {
	line := l.log.Log().Str("time", r.Begun.UTC().Format(timeFormat)).Str("remote", r.Remote).Str("method", cut(r.Method)).Str("path", cut(r.Path)).
		Int("status", r.Status).Int64("bytes", r.Bytes).Dur("duration_ms", r.Duration).Dur("first_byte_ms", r.FirstByte).Bool("complete", r.Complete)
	if r.Provider != "" {
		line = line.Str("client", r.Client).Str("provider", r.Provider).Str("account", r.AccountID).Str("model", cut(r.Model)).Int("attempts", r.Attempts)
	}
	line.Send()
}

func cut(text string) string { return text[:min(len(text), maxText)] }
