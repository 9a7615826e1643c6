package gateway_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// problem is an error in the form of either provider.
type problem struct {
	Type  string `json:"type"`
	Error struct {
		Type            string `json:"type"`
		Code            string `json:"code"`
		Message         string `json:"message"`
		ResetsAt        int64  `json:"resets_at"`
		ResetsInSeconds int64  `json:"resets_in_seconds"`
	} `json:"error"`
}

func (a answer) problem(t *testing.T) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || p.Error.Message == "" {
		t.Fatalf("HTTP %d with no error in %q: %v", a.status, a.body, err)
	}
	return p
}

// final checks that a client which heeds headers stops.
func (a answer) final(t *testing.T) {
	t.Helper()
	if a.header.Get("X-Should-Retry") != "false" || a.header.Get("Retry-After") != "" {
		t.Errorf("x-should-retry %q, retry-after %q", a.header.Get("X-Should-Retry"), a.header.Get("Retry-After"))
	}
}

// limit has all accounts limited.
func (s scene) limit(wait time.Duration) {
	for i, extra := range []time.Duration{0, time.Hour} {
		s.claude[i].Next(providertest.Limited(providertest.RetryAfter(wait + extra)))
		s.gpt[i].Next(providertest.Limited(providertest.ResetsIn(wait+extra), providertest.ResetsAt(wait+extra)))
	}
}

// OpenCode asks again when it finds one of these in an answer.
var again = regexp.MustCompile(`(?i)429|500|502|503|504|524|rate limit|overloaded|server error|try again in`)

func TestAllLimited(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		m      message
		status int
		kind   string
	}{
		"Claude Code":           {claude(claudeCode), 429, "rate_limit_error"},
		"Anthropic's SDK":       {claude("Anthropic/Go 1.84.0"), 429, "rate_limit_error"},
		"Codex":                 {gpt(codexCLI), 429, "usage_limit_reached"},
		"OpenAI's SDK":          {gpt("OpenAI/Go 3.96.0"), 429, "usage_limit_reached"},
		"OpenCode to Anthropic": {claude(openCode), 402, "billing_error"},
		"OpenCode to OpenAI":    {gpt(openCode), 402, "insufficient_quota"},
		"pi to Anthropic":       {claude(piAgent), 402, "billing_error"},
		"pi to OpenAI":          {gpt(piAgent), 402, "insufficient_quota"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := play(t)
			s.limit(2 * time.Hour)
			a := s.send(t, test.m)
			p := a.problem(t)
			if a.status != test.status || p.Error.Type != test.kind {
				t.Errorf("HTTP %d %s, want %d %s", a.status, p.Error.Type, test.status, test.kind)
			}
			a.final(t)
			free := time.Now().Add(2 * time.Hour)
			if !strings.Contains(p.Error.Message, "work") || !strings.Contains(p.Error.Message, "spare") || !strings.Contains(p.Error.Message, ":") {
				t.Errorf("the message does not say which accounts are limited: %s", p.Error.Message)
			}
			if test.kind == "usage_limit_reached" {
				if off := time.Unix(p.Error.ResetsAt, 0).Sub(free).Abs(); off > time.Minute || p.Error.ResetsInSeconds < 7100 {
					t.Errorf("resets_at is %v off, resets_in_seconds %d", off, p.Error.ResetsInSeconds)
				}
				if promo := a.header.Get("X-Codex-Promo-Message"); promo != p.Error.Message {
					t.Errorf("x-codex-promo-message %q", promo)
				}
			}
		})
	}
}

// A wait of up to a minute is left to the client, who is told how long.
func TestAllLimitedForAMoment(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]message{"Claude Code": claude(claudeCode), "Codex": gpt(codexCLI), "OpenCode": claude(openCode)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := play(t)
			s.limit(40 * time.Second)
			a := s.send(t, m)
			wait, err := strconv.Atoi(a.header.Get("Retry-After"))
			if a.status != http.StatusTooManyRequests || err != nil || wait < 30 || wait > 41 || a.header.Get("X-Should-Retry") != "" {
				t.Errorf("HTTP %d, retry-after %q, x-should-retry %q", a.status, a.header.Get("Retry-After"), a.header.Get("X-Should-Retry"))
			}
		})
	}
}

// What OpenCode would ask again for is in no final answer, whatever an account is
// called.
func TestFinalForOpenCode(t *testing.T) {
	s := play(t)
	for i, name := range []string{"rate limit 429", "team500"} {
		pool := rig.Pool(t, s.engine, "anthropic")
		accounts, err := pool.Accounts(t.Context())
		rig.Must(t, err)
		rig.Must(t, pool.Rename(t.Context(), accounts[i].ID, name))
	}
	s.limit(5 * time.Hour)
	a := s.send(t, claude(openCode))
	if a.status != http.StatusPaymentRequired || again.MatchString(a.body) {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	a.problem(t)
}

func TestLoginNeeded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		m      message
		status int
		kind   string
	}{
		"Claude Code":  {claude(claudeCode), 403, "permission_error"},
		"OpenAI's SDK": {gpt("OpenAI/Go 3.96.0"), 403, "invalid_request_error"},
		"OpenCode":     {gpt(openCode), 403, "invalid_request_error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := play(t)
			for i := range s.claude {
				s.claude[i].Revoke()
				s.gpt[i].Revoke()
			}
			a := s.send(t, test.m)
			p := a.problem(t)
			if a.status != test.status || p.Error.Type != test.kind {
				t.Errorf("HTTP %d %s, want %d %s: %s", a.status, p.Error.Type, test.status, test.kind, p.Error.Message)
			}
			a.final(t)
			again := s.send(t, test.m).problem(t).Error.Message
			if strings.Count(strings.ToLower(again), "log in again") != 1 {
				t.Errorf("the message, once the logins are known to be lost: %s", again)
			}
		})
	}
}

// Codex shows the body of a 400 as it comes, so that is the message alone.
func TestLoginNeededByCodex(t *testing.T) {
	s := play(t)
	for i := range s.gpt {
		s.gpt[i].Revoke()
	}
	a := s.send(t, gpt(codexCLI))
	if a.status != http.StatusBadRequest || !strings.Contains(a.body, "log in again with \"multiaccount login openai\"") || strings.Contains(a.body, "{") {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	a.final(t)
}

func TestEmptyPool(t *testing.T) {
	g := serve(t, fake(rig.Server(t)))
	a := g.send(t, claude(claudeCode))
	if p := a.problem(t); a.status != http.StatusForbidden || !strings.Contains(p.Error.Message, "multiaccount login anthropic") {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
}

// A 401 of the provider's never reaches a client: it would take its own token for
// wrong.
func TestUnauthorizedOfTheProvider(t *testing.T) {
	s := play(t)
	for i := range s.claude {
		s.claude[i].Next(providertest.Unauthorized().Always())
	}
	a := s.send(t, claude(claudeCode))
	if p := a.problem(t); a.status != http.StatusForbidden || p.Error.Type != "permission_error" {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	a.final(t)
}

func TestWrongToken(t *testing.T) {
	t.Parallel()
	s := play(t)
	for name, test := range map[string]struct {
		m    message
		kind string
	}{
		"Claude Code": {claude(claudeCode), "authentication_error"},
		"Codex":       {gpt(codexCLI), "invalid_request_error"},
		"OpenCode":    {gpt(openCode), "invalid_request_error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.m.header.Set("Authorization", "Bearer "+token+"x")
			a := s.send(t, test.m)
			if p := a.problem(t); a.status != http.StatusUnauthorized || p.Error.Type != test.kind || strings.Contains(a.body, token) {
				t.Errorf("HTTP %d %s", a.status, a.body)
			}
			a.final(t)
		})
	}
}

func TestProviderDown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		m    message
		code string
	}{
		"Claude Code": {claude(claudeCode), ""},
		"Codex":       {gpt(codexCLI), "server_is_overloaded"},
		"OpenCode":    {gpt(openCode), "server_is_overloaded"},
	} {
		for trouble, outage := range map[string]providertest.Answer{
			"503": providertest.Unavailable(), "529": providertest.Overloaded(), "no answer": providertest.Cut(),
		} {
			t.Run(name+" "+trouble, func(t *testing.T) {
				t.Parallel()
				s := play(t)
				s.srv.StartOutage(providertest.Anthropic, outage)
				s.srv.StartOutage(providertest.OpenAI, outage)
				a := s.send(t, test.m)
				p := a.problem(t)
				if a.status != http.StatusServiceUnavailable || p.Error.Code != test.code {
					t.Errorf("HTTP %d %s", a.status, a.body)
				}
				a.final(t)
				if calls := len(s.srv.Calls()); calls < 2 {
					t.Errorf("the provider was asked %d times only", calls)
				}
			})
		}
	}
}

// A wait that the provider names in an answer of the request's own is passed on
// up to a minute.
func TestLongWaitsAreNotPassedOn(t *testing.T) {
	for wait, kept := range map[string]bool{"30": true, "7200": false, "Wed, 21 Oct 2099 07:28:00 GMT": false} {
		up := record(t)
		up.reply = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", wait)
			w.WriteHeader(http.StatusConflict + 13) // 422, the caller's
		}
		a := up.send(t, claude(claudeCode))
		if got := a.header.Get("Retry-After"); (got == wait) != kept {
			t.Errorf("retry-after %q became %q", wait, got)
		}
	}
}

// A client that waits long is held until an account is free.
func TestHeld(t *testing.T) {
	s := play(t, patient(20*time.Second))
	s.limit(2 * time.Second)
	if a := s.send(t, claude(claudeCode)); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
}

func patient(wait time.Duration) func(*gateway.Config) {
	return func(c *gateway.Config) {
		c.Clients = gateway.Tokens{{Hash: gateway.HashToken(token), Client: gateway.Client{ID: "laptop", MaxWait: wait}}}
	}
}

// Accounts that have too much to do for the moment are worth another try.
func TestAllBusy(t *testing.T) {
	srv := rig.Server(t)
	g := serve(t, fake(srv))
	only := srv.AddAccount(providertest.Account{})
	a := rig.OAuth(only)
	a.MaxInFlight = 1
	rig.Add(t, rig.Pool(t, g.engine, "anthropic"), a)
	gate := providertest.NewGate()
	only.Next(providertest.OK().Behind(gate))
	first := make(chan answer)
	go func() { first <- g.send(t, claude(claudeCode)) }()
	rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	b := g.send(t, claude(claudeCode))
	if wait, err := strconv.Atoi(b.header.Get("Retry-After")); b.status != http.StatusTooManyRequests || err != nil || wait > 5 {
		t.Errorf("HTTP %d, retry-after %q: %s", b.status, b.header.Get("Retry-After"), b.body)
	}
	gate.Release()
	if a := <-first; a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
}
