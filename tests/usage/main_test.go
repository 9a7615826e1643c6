// Package usage_test has pools ask for their accounts' quota figures.
package usage_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newGauge() *gauge { return &gauge{Provider: rig.NewProvider(), asked: map[string][]time.Time{}} }

// gauge is a provider with a usage and a profile endpoint.
type gauge struct {
	*rig.Provider
	// figure answers for the usage endpoint; nil for 40 % of five hours.
	figure func(ctx context.Context, token string) (providers.Usage, error)
	// whose answers for the profile endpoint; nil for nothing.
	whose func(token string) account.Grant
	// says returns what an answer means; nil for what its status says.
	says func(providers.Answer) account.Verdict

	mu       sync.Mutex
	asked    map[string][]time.Time
	profiles int
}

func (p *gauge) Usage(ctx context.Context, cred account.Credential) (providers.Usage, error) {
	token := cred.Token.Reveal()
	p.mu.Lock()
	p.asked[token] = append(p.asked[token], time.Now())
	p.mu.Unlock()
	if p.figure != nil {
		return p.figure(ctx, token)
	}
	return used(40), nil
}

func (p *gauge) Profile(_ context.Context, cred account.Credential) (account.Grant, error) {
	p.mu.Lock()
	p.profiles++
	p.mu.Unlock()
	if p.whose != nil {
		return p.whose(cred.Token.Reveal()), nil
	}
	return account.Grant{}, nil
}

func (p *gauge) Classify(a providers.Answer) account.Verdict {
	if p.says != nil {
		return p.says(a)
	}
	return p.Provider.Classify(a)
}

// times returns when an account was asked about.
func (p *gauge) times(name string) []time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]time.Time(nil), p.asked["access-"+name]...)
}

// used is what a usage endpoint answers.
func used(percent float64) providers.Usage { return providers.Usage{Windows: windows(percent)} }

func windows(percent float64) []account.UsageWindow {
	now := time.Now()
	return []account.UsageWindow{{Name: "5h", Utilization: percent, Length: 5 * time.Hour, ResetAt: now.Add(time.Hour), SeenAt: now}}
}

// world is an engine with a pool of a gauge.
type world struct {
	*gauge
	eng  *multiaccount.Engine
	pool *multiaccount.Pool
	wire *rig.Wire
	ids  []string
}

// polling are settings with polls every five minutes.
func polling() settings.Settings {
	s := rig.Settings()
	s.UsagePollInterval = 5 * time.Minute
	return s
}

// open starts an engine with accounts "0", "1" and so on, and a gauge that is
// as change makes it.
func open(tb testing.TB, accounts int, change ...func(*gauge)) *world {
	tb.Helper()
	p := newGauge()
	for _, c := range change {
		c(p)
	}
	w := openOn(tb, p, persistence.NewMemory())
	for i := range accounts {
		w.ids = append(w.ids, rig.Add(tb, w.pool, lasting(name(i))))
	}
	return w
}

func openOn(tb testing.TB, p *gauge, store persistence.Store) *world {
	tb.Helper()
	eng := rig.Open(tb, multiaccount.Config{Providers: []providers.Provider{p}, Settings: polling(), Store: store})
	return &world{gauge: p, eng: eng, pool: rig.Pool(tb, eng, rig.Plain), wire: &rig.Wire{}}
}

func name(i int) string { return fmt.Sprint(i) }

// lasting is a login whose token outlasts the test.
func lasting(name string) multiaccount.NewAccount {
	a := rig.Login(name)
	a.ExpiresAt = time.Now().Add(100 * time.Hour)
	return a
}

// use asks something every minute for d.
func (w *world) use(tb testing.TB, d time.Duration) {
	tb.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(time.Minute) {
		lease, err := w.pool.Acquire(tb.Context(), multiaccount.Request{})
		rig.Must(tb, err)
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	}
}

// send sends a request with an account's token and returns its status.
func (w *world) send(tb testing.TB, id string) int {
	tb.Helper()
	ctx := multiaccount.WithAccount(tb.Context(), id)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, rig.PlainURL+"/v1/messages", http.NoBody)
	rig.Must(tb, err)
	resp, err := (&http.Client{Transport: w.pool.Transport(w.wire)}).Do(req)
	if err != nil {
		return 0
	}
	rig.Must(tb, resp.Body.Close())
	return resp.StatusCode
}

// percent is the figure that an account's status shows; -1 for none.
func (w *world) percent(tb testing.TB, id string) float64 {
	tb.Helper()
	for _, u := range rig.Status(tb, w.pool, id).Usage {
		return u.Utilization
	}
	return -1
}
