package gateway_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// quotas is a gateway before two logins each, of which 80 and 40 of 100 are used. Its
// client is bound to the first or the second one, or to none.
type quotas struct {
	scene
	client *oneClient
}

func playQuotas(t *testing.T) quotas {
	t.Helper()
	q := quotas{client: &oneClient{}}
	q.srv = rig.Server(t)
	q.gate = serve(t, fake(q.srv), func(c *gateway.Config) { c.Clients = q.client })
	for i, name := range []string{"work", "spare"} {
		window := providertest.Window{Name: "5h", Used: 80 - 40*i, Cost: 1}
		q.claude[i] = q.srv.AddAccount(providertest.Account{Flavour: providertest.Anthropic, Email: name + "@example.com", Windows: []providertest.Window{window}})
		window.Name = "primary"
		q.gpt[i] = q.srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: name + "@example.org", Windows: []providertest.Window{window}})
		rig.Add(t, rig.Pool(t, q.engine, "anthropic"), named(rig.OAuth(q.claude[i]), name))
		rig.Add(t, rig.Pool(t, q.engine, "openai"), named(rig.OAuth(q.gpt[i]), name))
	}
	return q
}

// bind binds the client to the account of that label of each provider; none means all.
func (q quotas) bind(t *testing.T, label string) {
	t.Helper()
	c := &gateway.Client{ID: "laptop"}
	for _, provider := range []string{"anthropic", "openai"} {
		accounts, err := rig.Pool(t, q.engine, provider).Accounts(t.Context())
		rig.Must(t, err)
		for _, a := range accounts {
			if a.Label == label {
				c.Accounts = append(c.Accounts, a.ID)
			}
		}
	}
	q.client.now.Store(c)
}

// used returns what Claude Code and Codex are told of their five hours.
func (q quotas) used(t *testing.T) (anthropic, codex float64) {
	t.Helper()
	var claude struct {
		Hours struct {
			Used float64   `json:"utilization"`
			At   time.Time `json:"resets_at"`
		} `json:"five_hour"`
	}
	q.told(t, "/anthropic/api/oauth/usage", &claude)
	if left := time.Until(claude.Hours.At); left < 4*time.Hour || left > 5*time.Hour {
		t.Errorf("the five hours reset in %s", left)
	}
	var gpt codexUsage
	q.told(t, "/codex/api/codex/usage", &gpt)
	return claude.Hours.Used, gpt.Limits.Primary.Used
}

type codexUsage struct {
	Limits struct {
		Reached bool `json:"limit_reached"`
		Primary struct {
			Used float64 `json:"used_percent"`
		} `json:"primary_window"`
	} `json:"rate_limit"`
}

func (q quotas) told(t *testing.T, path string, into any) {
	t.Helper()
	a := q.send(t, message{method: http.MethodGet, path: path, header: http.Header{"Authorization": {"Bearer " + token}}})
	if err := json.Unmarshal([]byte(a.body), into); err != nil || a.status != http.StatusOK || a.header.Get("Content-Type") != "application/json" {
		t.Fatalf("%s: HTTP %d %s %v", path, a.status, a.body, err)
	}
}

// A program that asks how much of its quota is used is told of all that it may use, and
// no account is asked: one account's answer would have it stop while others have quota.
func TestQuotaOfThePool(t *testing.T) {
	q := playQuotas(t)
	for _, label := range []string{"work", "spare"} {
		q.bind(t, label)
		q.send(t, claude(claudeCode))
		q.send(t, gpt(codexCLI))
	}
	asked := len(q.srv.Calls())
	for label, want := range map[string]float64{"": 61, "work": 81, "spare": 41} {
		q.bind(t, label)
		if anthropic, codex := q.used(t); anthropic != want || codex != want {
			t.Errorf("%q: %v and %v are used, not %v", label, anthropic, codex, want)
		}
	}
	for _, path := range []string{"/api/oauth/usage", "/codex/wham/usage", "/openai/wham/usage", "/backend-api/wham/usage", "/wham/usage", "/api/codex/usage"} {
		q.told(t, path, &struct{}{})
	}
	if got := len(q.srv.Calls()); got != asked {
		t.Errorf("the provider was asked %d times", got-asked)
	}
}

// The limit counts as reached once no login has quota left.
func TestQuotaIsReached(t *testing.T) {
	q := playQuotas(t)
	q.bind(t, "")
	for i := range q.gpt {
		var told codexUsage
		if q.told(t, "/codex/wham/usage", &told); told.Limits.Reached {
			t.Errorf("it counts as reached after %d limits", i)
		}
		q.gpt[i].Next(providertest.Limited(providertest.RetryAfter(2 * time.Hour)))
		q.send(t, gpt(codexCLI))
	}
	var told codexUsage
	if q.told(t, "/codex/wham/usage", &told); !told.Limits.Reached {
		t.Error("it does not count as reached")
	}
}

// Without a token nobody is told, and what is no question of that kind passes on.
func TestQuotaOfNobody(t *testing.T) {
	u := record(t)
	if a := u.send(t, message{method: http.MethodGet, path: "/anthropic/api/oauth/usage"}); a.status != http.StatusUnauthorized || strings.Contains(a.body, "five_hour") {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	u.send(t, ask("/anthropic/api/oauth/usage", "{}"))
	u.send(t, message{method: http.MethodGet, path: "/anthropic/api/oauth/usage/more", header: http.Header{"Authorization": {"Bearer " + token}}})
	if got := len(u.all()); got != 2 {
		t.Errorf("%d requests were passed on, not 2", got)
	}
}
