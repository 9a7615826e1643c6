package usage_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// openReal opens an engine with the true providers, and the pool of one.
func openReal(tb testing.TB, srv *providertest.Server, dir string, f providertest.Flavour) (*multiaccount.Engine, *multiaccount.Pool) {
	tb.Helper()
	eng := rig.Open(tb, multiaccount.Config{Dir: dir, Providers: trueOnes(tb, srv)})
	return eng, rig.Pool(tb, eng, map[providertest.Flavour]string{providertest.Anthropic: "anthropic", providertest.OpenAI: "openai"}[f])
}

// trueOnes returns the true providers, as srv plays their servers.
func trueOnes(tb testing.TB, srv *providertest.Server) []providers.Provider {
	tb.Helper()
	base := &http.Transport{}
	tb.Cleanup(base.CloseIdleConnections)
	client := &http.Client{Transport: base}
	a, o := srv.Endpoints(providertest.Anthropic), srv.Endpoints(providertest.OpenAI)
	return []providers.Provider{
		anthropic.New(anthropic.Options{
			BaseURL: a.BaseURL, TokenURL: a.TokenURL, UsageURL: a.UsageURL, ProfileURL: a.ProfileURL, HTTPClient: client,
		}),
		openai.New(openai.Options{BaseURL: o.BaseURL, TokenURL: o.TokenURL, UsageURL: o.UsageURL, HTTPClient: client}),
	}
}

// calls returns how often the usage endpoints were asked.
func calls(srv *providertest.Server) (n int) {
	for _, c := range srv.Calls() {
		if c.Endpoint == providertest.Usage {
			n++
		}
	}
	return n
}

// Engines on one folder, asked all at once: one of them asks the provider, and
// what it was told is stored.
func TestEnginesOnOneFolderAskOnce(t *testing.T) {
	for flavour, window := range map[providertest.Flavour]string{providertest.Anthropic: "5h", providertest.OpenAI: "primary"} {
		t.Run(window, func(t *testing.T) {
			srv, dir := rig.Server(t), t.TempDir()
			h := srv.AddAccount(providertest.Account{Flavour: flavour, Windows: []providertest.Window{{Name: window, Used: 37}}})
			var engines []*multiaccount.Engine
			var pools []*multiaccount.Pool
			for range 5 {
				eng, pool := openReal(t, srv, dir, flavour)
				engines, pools = append(engines, eng), append(pools, pool)
				if len(pools) == 1 {
					rig.Add(t, pool, rig.OAuth(h)) // before the others load
				}
			}
			listed, err := pools[0].Accounts(t.Context())
			rig.Must(t, err)
			id := listed[0].ID
			var asking sync.WaitGroup
			for _, p := range pools {
				asking.Go(func() {
					if err := p.RefreshUsage(t.Context(), id); err != nil {
						t.Errorf("RefreshUsage: %v", err)
					}
				})
			}
			asking.Wait()
			if n := calls(srv); n != 1 {
				t.Errorf("the provider was asked %d times", n)
			}
			for _, eng := range engines {
				rig.Close(t, eng)
			}
			_, later := openReal(t, srv, dir, flavour)
			if u := rig.Status(t, later, id).Usage; len(u) != 1 || u[0].Name != "5h" || u[0].Utilization != 37 {
				t.Errorf("stored figures %+v", u)
			}
		})
	}
}

// Credentials for another server are not sent to the provider's own.
func TestNoUsageEndpointBesideAnotherBase(t *testing.T) {
	srv := rig.Server(t)
	eng := rig.Open(t, multiaccount.Config{Providers: rig.Providers(srv)})
	for name, flavour := range map[string]providertest.Flavour{"anthropic": providertest.Anthropic, "openai": providertest.OpenAI} {
		pool := rig.Pool(t, eng, name)
		id := rig.Add(t, pool, rig.OAuth(srv.AddAccount(providertest.Account{Flavour: flavour})))
		if err := pool.RefreshUsage(t.Context(), id); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
