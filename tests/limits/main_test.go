// Package limits_test drives limits, pauses and breakers from outside, against
// providers in memory.
package limits_test

import (
	"errors"
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// told is a provider whose answers mean what the test says.
type told struct {
	*rig.Provider
	// says returns what an answer means; nil for what its status says.
	says func(providers.Answer) account.Verdict
}

func (p *told) Classify(a providers.Answer) account.Verdict {
	if p.says != nil {
		return p.says(a)
	}
	return p.Provider.Classify(a)
}

// world is an engine with some accounts of a told provider.
type world struct {
	*told
	eng    *multiaccount.Engine
	pool   *multiaccount.Pool
	events *rig.Events
	wire   *rig.Wire
	client *http.Client
	ids    []string
}

// open starts an engine with accounts "0", "1" and so on.
func open(tb testing.TB, accounts int, s settings.Settings) *world {
	tb.Helper()
	return openOn(tb, persistence.NewMemory(), accounts, s)
}

func openOn(tb testing.TB, store persistence.Store, accounts int, s settings.Settings) *world {
	tb.Helper()
	w := &world{told: &told{Provider: rig.NewProvider()}, wire: &rig.Wire{}}
	eng := rig.Open(tb, multiaccount.Config{Providers: []providers.Provider{w.told}, Settings: s, Store: store})
	w.eng, w.pool, w.events = eng, rig.Pool(tb, eng, rig.Plain), rig.Record(eng)
	w.client = &http.Client{Transport: w.pool.Transport(w.wire)}
	for i := range accounts {
		w.ids = append(w.ids, rig.Add(tb, w.pool, rig.Login(name(i))))
	}
	return w
}

func name(i int) string  { return string(rune('0' + i)) }
func token(i int) string { return "access-" + name(i) }

// ask sends a request and returns its status, 0 with an error.
func (w *world) ask(tb testing.TB) (int, error) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, rig.PlainURL+"/v1/messages", http.NoBody)
	rig.Must(tb, err)
	resp, err := w.client.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

func (w *world) mustAsk(tb testing.TB) {
	tb.Helper()
	if status, err := w.ask(tb); err != nil || status != http.StatusOK {
		tb.Fatalf("status %d, %v", status, err)
	}
}

// failsWith asserts that err is of type E and returns it.
func failsWith[E error](tb testing.TB, err error) E {
	tb.Helper()
	var want E
	if !errors.As(err, &want) {
		tb.Fatalf("got %v, want a %T", err, want)
	}
	return want
}
