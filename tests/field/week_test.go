package field_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// week is a user's, with everything at its defaults.
type week struct {
	*testing.T
	up    *upstream
	pools map[string]*http.Client
	rng   *rand.Rand
	// counts are the requests by what they came to.
	counts map[string]int
}

func members() []*member {
	all := []*member{
		newMember("anthropic", "ann", "max", "opus", 90, 900, 350),
		newMember("anthropic", "ben", "max", "opus", 90, 700, 200),
		newMember("anthropic", "cleo", "pro", "opus", 40, 300, 60),
		newMember("openai", "dora", "plus", "spark", 50, 350, 60),
		newMember("openai", "egon", "pro", "spark", 90, 900, 150),
		newMember("openai", "fay", "plus", "spark", 50, 300, 60),
	}
	all[2].disabledAt = time.Now().Add(24*time.Hour + 15*time.Hour)
	all[3].credits = true
	all[5].lacks = "gpt-5.3-codex-spark"
	return all
}

func open(t *testing.T) *week {
	t.Helper()
	up := &upstream{t: t, recorded: readRecorded(t), members: members()}
	up.incidents.overloadedAt = time.Now().Add(24*time.Hour + 10*time.Hour)
	client := &http.Client{Transport: up}
	eng := rig.Open(t, multiaccount.Config{
		Providers: []providers.Provider{
			anthropic.New(anthropic.Options{HTTPClient: client}), openai.New(openai.Options{HTTPClient: client}),
		},
		Settings: settings.Default(), Store: persistence.NewMemory(),
	})
	w := &week{T: t, up: up, pools: map[string]*http.Client{}, rng: rand.New(rand.NewPCG(1, 2)), counts: map[string]int{}}
	for _, m := range up.members {
		pool := rig.Pool(t, eng, m.provider)
		w.pools[m.provider] = &http.Client{Transport: pool.Transport(up)}
		rig.Add(t, pool, multiaccount.NewAccount{
			Label: m.name, Email: m.name + "@example.com", Subject: m.name, Plan: m.plan,
			AccessToken: m.access, RefreshToken: m.refresh, ExpiresAt: time.Now().Add(8 * time.Hour),
		})
	}
	return w
}

// wish is one request of the user's.
type wish struct {
	provider, model, extra, beta string
	// own is set when the request asks for what no account has.
	own bool
}

func (w *week) wish(n int) wish {
	model := func(most, rare string) string {
		if w.rng.IntN(4) == 0 {
			return rare
		}
		return most
	}
	if w.rng.IntN(2) == 0 {
		return wish{provider: "openai", model: model("gpt-5.3-codex", "gpt-5.3-codex-spark")}
	}
	c := wish{provider: "anthropic", model: model("claude-sonnet-5", "claude-opus-5")}
	switch {
	case n%60 == 0:
		c.beta, c.own = "context-1m-2025-08-07", true
	case n%75 == 0:
		c.extra, c.own = `"speed":"fast",`, true
	}
	return c
}

func (c wish) request(t *testing.T, conversation string) *http.Request {
	t.Helper()
	address := anthropic.DefaultBaseURL + "/v1/messages"
	body := fmt.Sprintf(`{"model":%q,%s"stream":true,"messages":[{"role":"user","content":"hello"}]}`, c.model, c.extra)
	if c.provider == "openai" {
		address = openai.DefaultBaseURL + "/responses"
		body = fmt.Sprintf(`{"model":%q,"stream":true,"input":[{"role":"user","content":"hello"}]}`, c.model)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	rig.Must(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Session-Id", conversation)
	if c.beta != "" {
		req.Header.Set("Anthropic-Beta", c.beta)
	}
	return req
}

// ask makes one request and holds what came of it against what could have.
func (w *week) ask(n int, conversation string) {
	c := w.wish(n)
	could := w.up.couldServe(c.provider, c.model)
	resp, err := w.pools[c.provider].Do(c.request(w.T, conversation))
	var limited *multiaccount.AllAccountsLimitedError
	switch {
	case err != nil && !could && errors.As(err, &limited):
		w.counts["limited"]++
		return
	case err != nil:
		w.Errorf("%s: %s for %+v, which an account could serve: %v: %v", time.Now().Format("Mon 15:04"), conversation, c, could, err)
		return
	}
	body, err := io.ReadAll(resp.Body)
	rig.Must(w.T, errors.Join(err, resp.Body.Close()))
	switch {
	case c.own && resp.StatusCode == http.StatusTooManyRequests:
		w.counts["own fault"]++
	case !could:
		w.counts["limited"]++
	case resp.StatusCode == http.StatusOK && strings.Contains(string(body), "done"):
		w.counts["served"]++
	default:
		w.Errorf("%s: %+v came to %d %s", time.Now().Format("Mon 15:04"), c, resp.StatusCode, body)
	}
}

func TestAWeekOfAHeavyUser(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		// A bubble begins in 2000, when moments were too small to be told from waits.
		time.Sleep(time.Until(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)))
		w := open(t)
		n, begun := 0, time.Now()
		for time.Since(begun) < 7*24*time.Hour {
			if hour := time.Since(begun) % (24 * time.Hour) / time.Hour; hour >= 8 && hour < 23 {
				n++
				w.ask(n, fmt.Sprintf("day-%d-%d", time.Since(begun)/(24*time.Hour), w.rng.IntN(4)))
			}
			time.Sleep(time.Duration(15+w.rng.IntN(50)) * time.Second)
		}
		w.judge()
	})
}

// judge looks back on the week.
func (w *week) judge() {
	w.Logf("%v", w.counts)
	for _, m := range w.up.members {
		w.Logf("%s served %d, told %v, %d grants", m.name, m.served, m.told, m.grants)
		if m.paid > 0 {
			w.Errorf("%s: %d requests cost money", m.name, m.paid)
		}
		for limit, times := range m.told {
			if strings.Contains(limit, "until") && times > 1 {
				w.Errorf("%s was asked %d times for one limit: %s", m.name, times, limit)
			}
		}
		if n := m.told["claude-disabled"]; n > 45 { // each three hours at most, after the first guesses
			w.Errorf("%s, whose organization is disabled, was asked %d times", m.name, n)
		}
	}
	if w.counts["served"] < 2000 || w.counts["own fault"] == 0 || w.counts["limited"] == 0 {
		w.Errorf("the week was an easy one: %v", w.counts)
	}
}
