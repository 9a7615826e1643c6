package gateway_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// oneClient is whoever has the token.
type oneClient struct {
	now atomic.Pointer[gateway.Client]
}

func (c *oneClient) Client(sent string) *gateway.Client {
	if sent != token {
		return nil
	}
	return c.now.Load()
}

// playBound is play for a client that is bound to the second account of Anthropic.
func playBound(t *testing.T) (scene, *oneClient) {
	t.Helper()
	c := &oneClient{}
	s := play(t, func(g *gateway.Config) { g.Clients = c })
	accounts, err := rig.Pool(t, s.engine, "anthropic").Accounts(t.Context())
	rig.Must(t, err)
	for _, a := range accounts {
		if a.Label == "spare" {
			c.now.Store(&gateway.Client{ID: "bound", Accounts: []string{a.ID}})
		}
	}
	return s, c
}

// A client that is bound to an account gets that and no other, even when it cannot
// serve.
func TestBoundClient(t *testing.T) {
	s, c := playBound(t)
	if a := s.send(t, claude(claudeCode)); a.status != http.StatusOK || !strings.Contains(a.body, "spare@example.com") {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	s.claude[1].Next(providertest.Limited(providertest.RetryAfter(2 * time.Hour)))
	a := s.send(t, claude(claudeCode))
	if a.status != http.StatusTooManyRequests || strings.Contains(a.body, "work") || !strings.Contains(a.body, "spare") {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	a.final(t)
	for _, m := range []message{gpt(""), gpt(codexCLI)} { // none of these is its own
		a = s.send(t, m)
		if a.status/100 != 4 || !strings.Contains(a.body, "The client bound may use only some accounts") {
			t.Errorf("HTTP %d %s", a.status, a.body)
		}
	}
	c.now.Store(&gateway.Client{ID: "bound", Accounts: []string{"gone"}})
	if a := s.send(t, claude(claudeCode)); a.status != http.StatusForbidden {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	c.now.Store(&gateway.Client{ID: "free"})
	if a := s.send(t, claude(claudeCode)); a.status != http.StatusOK || !strings.Contains(a.body, "work@example.com") {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
}

// An owner's pin does not open other accounts to a bound client.
func TestBoundClientAndAnOwnersPin(t *testing.T) {
	s, _ := playBound(t)
	pool := rig.Pool(t, s.engine, "anthropic")
	accounts, err := pool.Accounts(t.Context())
	rig.Must(t, err)
	for _, a := range accounts {
		if a.Label == "work" {
			rig.Must(t, pool.Pin(t.Context(), a.ID))
		}
	}
	if a := s.send(t, claude(claudeCode)); a.status != http.StatusForbidden || !strings.Contains(a.body, "bound to other accounts") {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
}
