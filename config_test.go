package multiaccount_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
)

// A host that has log/slog gets the same lines as one that has zerolog.
func TestSlog(t *testing.T) {
	var plain, structured bytes.Buffer
	log := zerolog.New(&plain)
	for _, c := range []multiaccount.Config{
		{Logger: &log},
		{Slog: slog.New(slog.NewTextHandler(&structured, &slog.HandlerOptions{Level: slog.LevelDebug}))},
	} {
		c.Store, c.Providers = persistence.NewMemory(), []providers.Provider{apikey.New(apikey.Options{Name: "keys", BaseURL: "https://keys.example"})}
		eng, err := multiaccount.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		pool, err := eng.Pool("keys")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pool.Add(t.Context(), multiaccount.NewAccount{APIKey: "k"}); err != nil {
			t.Error(err)
		}
		if err := eng.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	for _, line := range []string{`"level":"debug","provider":"keys"`, `"message":"account_joined"`} {
		if !strings.Contains(plain.String(), line) {
			t.Errorf("zerolog has no %s:\n%s", line, &plain)
		}
	}
	if line := `level=DEBUG msg=account_joined provider=keys`; !strings.Contains(structured.String(), line) {
		t.Errorf("slog has no %s:\n%s", line, &structured)
	}
}

func TestTwoLoggersAreRefused(t *testing.T) {
	log := zerolog.Nop()
	_, err := multiaccount.Open(t.Context(), multiaccount.Config{Logger: &log, Slog: slog.New(slog.DiscardHandler), Store: persistence.NewMemory()})
	if err == nil || !strings.Contains(err.Error(), "Logger and Slog") {
		t.Errorf("got %v", err)
	}
}
