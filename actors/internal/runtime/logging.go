package runtime

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"
)

// redactingLogger gives protoactor a logger that shows the types of logged
// values, never the values. protoactor logs messages that nobody received, and
// ours hold tokens.
func redactingLogger(log zerolog.Logger) func(*actor.ActorSystem) *slog.Logger {
	return func(*actor.ActorSystem) *slog.Logger {
		return slog.New(redactor{zerolog.NewSlogHandler(log)})
	}
}

// redactor is a slog handler that replaces every value by its type, and logs
// everything below a warning as debug.
type redactor struct{ next slog.Handler }

// Enabled implements slog.Handler.
func (r redactor) Enabled(ctx context.Context, level slog.Level) bool {
	return r.next.Enabled(ctx, quieter(level))
}

// Handle implements slog.Handler.
func (r redactor) Handle(ctx context.Context, record slog.Record) error {
	plain := slog.NewRecord(record.Time, quieter(record.Level), record.Message, record.PC)
	record.Attrs(func(a slog.Attr) bool {
		plain.AddAttrs(typeOnly(a))
		return true
	})
	return r.next.Handle(ctx, plain)
}

// WithAttrs implements slog.Handler.
func (r redactor) WithAttrs(attrs []slog.Attr) slog.Handler {
	plain := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		plain[i] = typeOnly(a)
	}
	return redactor{r.next.WithAttrs(plain)}
}

// WithGroup implements slog.Handler.
func (r redactor) WithGroup(name string) slog.Handler { return redactor{r.next.WithGroup(name)} }

func typeOnly(a slog.Attr) slog.Attr {
	return slog.String(a.Key, fmt.Sprintf("%T", a.Value.Any()))
}

func quieter(level slog.Level) slog.Level {
	if level < slog.LevelWarn {
		return slog.LevelDebug
	}
	return level
}
