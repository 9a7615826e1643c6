package providertest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// Conformance describes a provider to [RunConformance].
type Conformance struct {
	// New makes the provider, with these addresses and with this client for
	// its own calls; a provider that makes none may ignore the client.
	New func(at Endpoints, client *http.Client) providers.Provider
	// Flavour is which of the fake provider's addresses New is given.
	Flavour Flavour
	// Kinds are the kinds of account that the provider has.
	Kinds []account.Kind
	// OwnHosts are the names that the provider owns whatever its BaseURL.
	OwnHosts []string
	// Native says that the provider is the one that Flavour plays, so that it
	// knows what each of its answers means.
	Native bool
}

// RunConformance checks that a provider keeps the promises of
// [providers.Provider], each rule in a subtest of its own.
func RunConformance(t *testing.T, c Conformance) {
	t.Helper()
	for _, r := range c.Rules() {
		t.Run(r.Group+"/"+r.Name, func(t *testing.T) { r.Check(t, c) })
	}
}

// Rules returns the rules that hold for the provider, group by group.
func (c Conformance) Rules() []Rule {
	var all []Rule
	for _, group := range []struct {
		name  string
		rules []rule
	}{
		{"Identity", identityRules()},
		{"Owns", hostRules()},
		{"Authorize", authorizeRules()},
		{"Refresh", c.refreshRules()},
		{"Login", c.loginRules()},
		{"Classify", classifyRules()},
		{"Streams", c.streamRules()},
		{"Fake", c.nativeRules()},
	} {
		for _, r := range group.rules {
			all = append(all, Rule{Group: group.name, Name: r.name, check: r.check})
		}
	}
	return all
}

// Rule is one promise of [providers.Provider]. [Conformance.Rules] returns
// them; the zero value is of no use.
type Rule struct {
	// Group is the method that the rule is about; those of group Fake hold
	// for a provider that the fake one plays.
	Group string
	// Name says what must hold.
	Name  string
	check func(trial)
}

// Check fails t when the provider breaks the rule.
func (r Rule) Check(t *testing.T, c Conformance) {
	t.Helper()
	r.check(trial{T: t, Conformance: c})
}

// rule is a promise and its check, within its group.
type rule struct {
	name  string
	check func(trial)
}

// trial is one rule put to one provider.
type trial struct {
	*testing.T
	Conformance
}

func (c Conformance) has(kind account.Kind) bool { return slices.Contains(c.Kinds, kind) }

// exampleEndpoints are addresses at which nobody listens.
func exampleEndpoints() Endpoints {
	return Endpoints{ //nolint:gosec // addresses, no credentials
		BaseURL:      "https://gateway.example:8443/v1",
		TokenURL:     "https://login.example/token",
		AuthorizeURL: "https://login.example/authorize",
		DeviceURL:    "https://login.example/device",
		UsageURL:     "https://figures.example/usage",
		ProfileURL:   "https://figures.example/profile",
	}
}

// detached returns the provider for checks that make no call.
func (c Conformance) detached() providers.Provider {
	return c.New(exampleEndpoints(), nil)
}

// attached returns the provider and a fake provider that it talks to.
func (t trial) attached() (providers.Provider, *Server) {
	t.Helper()
	srv := New(Options{})
	t.Cleanup(srv.Close)
	return t.New(srv.Endpoints(t.Flavour), t.client()), srv
}

// client returns a client whose connections end with the test.
func (t trial) client() *http.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func identityRules() []rule {
	return []rule{
		{"the name is fit for a folder and stays", func(t trial) {
			p := t.detached()
			name := p.Name()
			if name == "" || len(name) > 64 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
				t.Errorf("Name() = %q", name)
			}
			if again := p.Name(); again != name {
				t.Errorf("Name() = %q, then %q", name, again)
			}
		}},
		{"a refresh may take some seconds", func(t trial) {
			if d := t.detached().RefreshTimeout(); d < time.Second || d > time.Minute {
				t.Errorf("RefreshTimeout() = %v", d)
			}
		}},
	}
}
