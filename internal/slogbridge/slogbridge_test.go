package slogbridge_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/internal/slogbridge"
)

// logger returns a bridge to text without the time, and that text.
func logger(level slog.Leveler) (zerolog.Logger, *bytes.Buffer) {
	var text bytes.Buffer
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey && !a.Value.Time().IsZero() {
			return slog.Attr{}
		}
		return a
	}}
	return slogbridge.New(slog.New(slog.NewTextHandler(&text, options))), &text
}

func TestLinesKeepTheirFields(t *testing.T) {
	log, text := logger(slog.LevelDebug - 4)
	own := log.With().Str("provider", "openai").Logger()
	own.Warn().Err(errors.New("no disk")).Int("status", 429).Float64("share", 0.5).Bool("on", true).
		Strs("tried", []string{"a", "b"}).Msg("it \"failed\"\n")
	want := `level=WARN msg="it \"failed\"\n" provider=openai error="no disk" status=429 share=0.5 on=true tried="[a b]"` + "\n"
	if text.String() != want {
		t.Errorf("got  %swant %s", text, want)
	}
}

func TestLevels(t *testing.T) {
	for level, want := range map[zerolog.Level]string{
		zerolog.TraceLevel: "level=DEBUG-4", zerolog.DebugLevel: "level=DEBUG", zerolog.InfoLevel: "level=INFO",
		zerolog.WarnLevel: "level=WARN", zerolog.ErrorLevel: "level=ERROR", zerolog.NoLevel: "level=INFO",
	} {
		log, text := logger(slog.LevelDebug - 4)
		log.WithLevel(level).Msg("x")
		if !strings.HasPrefix(text.String(), want+" ") {
			t.Errorf("%v: %q, want %s", level, text, want)
		}
	}
}

// A host may change the level while the engine runs.
func TestUnwantedLevelsCostNothing(t *testing.T) {
	var level slog.LevelVar
	level.Set(slog.LevelWarn)
	log, text := logger(&level)
	log.Debug().Func(func(*zerolog.Event) { t.Error("a debug line is made though nobody wants it") }).Msg("x")
	log.Info().Msg("x")
	if text.Len() > 0 {
		t.Errorf("got %q", text)
	}
	level.Set(slog.LevelDebug)
	log.Debug().Msg("x")
	if text.Len() == 0 {
		t.Error("nothing was logged")
	}
}
