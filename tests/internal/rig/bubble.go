package rig

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
)

// Bubble runs test with a clock of its own, which stands still while anything
// is under way. What it opens must be in memory.
func Bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		// The actor library looks at its clock once more after the end.
		t.Cleanup(func() { time.Sleep(time.Second) })
		test(t)
	})
}

// OpenPlain starts an engine with one provider that is a function, in memory.
func OpenPlain(tb testing.TB, p *Provider, s settings.Settings) (*multiaccount.Engine, *multiaccount.Pool) {
	tb.Helper()
	return OpenStore(tb, p, s, persistence.NewMemory())
}

// OpenStore is OpenPlain on a store of the test's own.
func OpenStore(tb testing.TB, p *Provider, s settings.Settings, store persistence.Store) (*multiaccount.Engine, *multiaccount.Pool) {
	tb.Helper()
	eng := Open(tb, multiaccount.Config{Providers: []providers.Provider{p}, Settings: s, Store: store})
	return eng, Pool(tb, eng, Plain)
}
