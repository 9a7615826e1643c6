// Package slogbridge lets code that logs with zerolog log to a [slog.Logger].
package slogbridge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/rs/zerolog"
)

// levelTrace is one step below slog's debug level.
const levelTrace = slog.LevelDebug - 4

// New returns a logger whose lines go to the handler of to. What the handler
// does not want is not even made. It is safe for concurrent use.
func New(to *slog.Logger) zerolog.Logger {
	b := bridge{to.Handler()}
	return zerolog.New(b).Sample(b)
}

// bridge hands the JSON of zerolog's lines on as records.
type bridge struct{ to slog.Handler }

// Sample implements [zerolog.Sampler]: it reports whether a line of that level
// is wanted.
func (b bridge) Sample(level zerolog.Level) bool {
	return b.to.Enabled(context.Background(), levelOf(level))
}

// Write implements [io.Writer], for a line without a level.
func (b bridge) Write(line []byte) (int, error) { return b.WriteLevel(zerolog.NoLevel, line) }

// WriteLevel implements [zerolog.LevelWriter].
func (b bridge) WriteLevel(level zerolog.Level, line []byte) (int, error) {
	if !b.Sample(level) { // a host may switch zerolog's sampling off for its whole process
		return len(line), nil
	}
	message, attrs, err := read(line)
	if err != nil {
		return 0, err
	}
	record := slog.NewRecord(time.Now(), levelOf(level), message, 0)
	record.AddAttrs(attrs...)
	_ = b.to.Handle(context.Background(), record) // as slog.Logger does
	return len(line), nil
}

func levelOf(level zerolog.Level) slog.Level {
	switch level {
	case zerolog.TraceLevel:
		return levelTrace
	case zerolog.DebugLevel:
		return slog.LevelDebug
	case zerolog.WarnLevel:
		return slog.LevelWarn
	case zerolog.ErrorLevel, zerolog.FatalLevel, zerolog.PanicLevel:
		return slog.LevelError
	default:
		return slog.LevelInfo
	}
}

// read takes a line apart, in the order of its fields.
func read(line []byte) (message string, attrs []slog.Attr, err error) {
	fields := json.NewDecoder(bytes.NewReader(line))
	fields.UseNumber()
	if _, err := fields.Token(); err != nil { // the brace
		return "", nil, err
	}
	for fields.More() {
		key, err := fields.Token()
		if err != nil {
			return "", nil, err
		}
		var value any
		if err := fields.Decode(&value); err != nil {
			return "", nil, err
		}
		name, ok := key.(string)
		if !ok {
			return "", nil, errNoObject
		}
		switch name {
		case zerolog.LevelFieldName:
		case zerolog.MessageFieldName:
			message, _ = value.(string)
		default:
			attrs = append(attrs, slog.Attr{Key: name, Value: valueOf(value)})
		}
	}
	return message, attrs, nil
}

var errNoObject = errors.New("a line of the log is no JSON object")

func valueOf(value any) slog.Value {
	number, ok := value.(json.Number)
	if !ok {
		return slog.AnyValue(value)
	}
	if whole, err := number.Int64(); err == nil {
		return slog.Int64Value(whole)
	}
	if float, err := number.Float64(); err == nil {
		return slog.Float64Value(float)
	}
	return slog.StringValue(number.String())
}
