package conformance_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func selectionRules() []rule {
	return []rule{
		{name: "sticky: a conversation waits for its account when that is limited for a moment", check: waitsForItsAccount},
		{name: "sticky: the account in use serves on", check: staysWithActive},
		{name: "sticky: a conversation keeps its account, and moves once when that is limited", check: keepsConversation},
		{name: "sticky: a sub-agent is a conversation of its own", check: keepsAgentsApart},
		{name: "round-robin: each account in turn", check: takesTurns},
		{name: "hybrid: the account with more quota left", holds: nativeLogins, check: prefersQuota},
		{name: "drain-first: the account whose quota ends first", holds: nativeLogins, check: drainsFirst},
		{name: "an account above the soft quota is spared", holds: nativeLogins, check: sparesQuota},
		{name: "a higher priority serves first", check: ranksPriority},
		{name: "a pinned account serves, or nobody does", check: failsClosed},
		{name: "at most max_in_flight requests at once", check: capsInFlight},
		{name: "a host is asked with the kind of account that it takes, or the request goes to that kind's host", holds: openAIs, check: keepsKindsApart},
	}
}

func staysWithActive(t *testing.T, s subject) {
	st := s.set(t)
	for range 5 {
		st.served(st.ask(), st.alice)
	}
}

// said is a question within a conversation.
func said(conversation string) question {
	return question{body: plain, header: http.Header{"X-Session-Id": {conversation}}}
}

func keepsConversation(t *testing.T, s subject) {
	st := s.set(t)
	st.served(st.send(t.Context(), said("one")), st.alice)
	st.alice.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	st.served(st.send(t.Context(), said("one")), st.bob)
	rig.Must(t, st.pool.ResetCooldown(t.Context(), st.aliceID))
	for range 3 {
		st.served(st.send(t.Context(), said("one")), st.bob)
	}
}

// keepsAgentsApart is the check that an agent moves, and its parent stays.
func keepsAgentsApart(t *testing.T, s subject) {
	st := s.set(t)
	parent, agent := said("two"), said("two")
	agent.header = http.Header{"X-Session-Id": {"two"}, "X-Claude-Code-Agent-Id": {"agent"}}
	st.served(st.send(t.Context(), parent), st.alice)
	st.served(st.send(t.Context(), agent), st.alice)
	st.alice.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	st.served(st.send(t.Context(), agent), st.bob)
	rig.Must(t, st.pool.ResetCooldown(t.Context(), st.aliceID))
	st.served(st.send(t.Context(), agent), st.bob)
	st.served(st.send(t.Context(), parent), st.alice)
}

// keepsKindsApart is the check at the place of the other kind: what both can
// serve is routed, the rest is refused before anything is sent.
func keepsKindsApart(t *testing.T, s subject) {
	s.make = newRouted
	st := s.set(t)
	st.codex = !s.codex
	st.served(st.ask(), st.alice)
	resp, err := st.http.Get(strings.TrimSuffix(st.url(st.srv), "responses") + "models")
	if err == nil {
		_ = resp.Body.Close()
	}
	var none *multiaccount.NoAccountOfKindError
	if !errors.As(err, &none) || none.Kind == s.kind {
		t.Errorf("error %v, want one that names the other kind", err)
	}
	st.untouched(st.aliceID)
	st.asked(st.alice, 1)
}

func strategy(name settings.Strategy) func(*settings.Settings) {
	return func(s *settings.Settings) { s.AccountSelectionStrategy = name }
}

func takesTurns(t *testing.T, s subject) {
	st := s.set(t, strategy(settings.StrategyRoundRobin))
	var served []string
	for range 4 {
		served = append(served, st.ask().account)
	}
	if want := []string{"alice", "bob", "alice", "bob"}; !slices.Equal(served, want) {
		t.Errorf("served by %v", served)
	}
}

// windows are the names of the subject's short and long window.
func (s subject) windows() (short, long string) {
	if s.flavour == providertest.OpenAI {
		return "primary", "secondary"
	}
	return "5h", "7d"
}

// gauged is a stage on which alice has used up the first share of her short
// window, and bob the second of his; both have served once, so that it is known.
func (s subject) gauged(t *testing.T, alice, bob int, resets [2]time.Duration, change ...func(*settings.Settings)) *stage {
	t.Helper()
	st := s.empty(t, change...)
	short, _ := s.windows()
	for i, used := range []int{alice, bob} {
		h := st.srv.AddAccount(providertest.Account{
			Flavour: s.flavour, Name: []string{"alice", "bob"}[i] + " gauged", Organization: "org-1",
			Windows: []providertest.Window{{Name: short, Used: used, Limit: 100, ResetAt: time.Now().Add(resets[i])}},
		})
		id := rig.Add(t, st.pool, s.login(h))
		req := multiaccount.WithAccount(t.Context(), id)
		st.served(st.send(req, question{body: plain}), h)
		if i == 0 {
			st.alice, st.aliceID = h, id
			continue
		}
		st.bob, st.bobID = h, id
	}
	return st
}

func prefersQuota(t *testing.T, s subject) {
	same := [2]time.Duration{2 * time.Hour, 2 * time.Hour}
	st := s.gauged(t, 80, 10, same, strategy(settings.StrategyHybrid))
	st.served(st.ask(), st.bob)
}

func drainsFirst(t *testing.T, s subject) {
	st := s.gauged(t, 50, 50, [2]time.Duration{4 * time.Hour, 20 * time.Minute}, strategy(settings.StrategyDrainFirst))
	st.served(st.ask(), st.bob)
}

func sparesQuota(t *testing.T, s subject) {
	same := [2]time.Duration{2 * time.Hour, 2 * time.Hour}
	st := s.gauged(t, 95, 10, same, func(s *settings.Settings) { s.SoftQuotaThresholdPercent = 90 })
	st.served(st.ask(), st.bob)
	rig.Must(t, st.pool.SetEnabled(t.Context(), st.bobID, false))
	st.served(st.ask(), st.alice) // rather than nobody
}

func ranksPriority(t *testing.T, s subject) {
	st := s.empty(t)
	rig.Add(t, st.pool, s.login(st.alice))
	first := s.login(st.bob)
	first.Priority = 1
	rig.Add(t, st.pool, first)
	st.served(st.ask(), st.bob)
}

func failsClosed(t *testing.T, s subject) {
	st := s.set(t)
	pinned := multiaccount.WithAccount(t.Context(), st.bobID)
	st.served(st.send(pinned, question{body: plain}), st.bob)
	rig.Must(t, st.pool.SetEnabled(t.Context(), st.bobID, false))
	a := st.send(pinned, question{body: plain})
	var unavailable *multiaccount.AccountUnavailableError
	if !errors.As(a.err, &unavailable) || unavailable.AccountID != st.bobID {
		t.Errorf("error %v, want one that names the pinned account", a.err)
	}
}

func capsInFlight(t *testing.T, s subject) {
	st := s.empty(t)
	capped := s.login(st.alice)
	capped.MaxInFlight = 1
	rig.Add(t, st.pool, capped)
	rig.Add(t, st.pool, s.login(st.bob))
	gate := providertest.NewGate()
	st.alice.Next(providertest.OK().Behind(gate))
	held := make(chan answer, 1)
	go func() { held <- st.ask() }()
	rig.Must(t, gate.Wait(rig.Deadline(t), 1))
	st.served(st.ask(), st.bob)
	gate.Release()
	st.served(<-held, st.alice)
}

// waitsForItsAccount is the check that a warm conversation waits out a short limit
// of its account, and another one does not.
func waitsForItsAccount(t *testing.T, s subject) {
	st := s.set(t, waits, func(set *settings.Settings) { set.StickyWait = 3 * time.Second })
	st.served(st.ask(), st.alice)
	st.alice.Next(providertest.Limited(providertest.RetryAfter(time.Second)))
	st.served(st.ask(), st.alice)
	st.alice.Next(providertest.Limited(providertest.RetryAfter(time.Minute)))
	st.served(st.ask(), st.bob)
}
