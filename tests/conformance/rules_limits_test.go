package conformance_test

import (
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

const (
	week = 7 * 24 * time.Hour
	// century is longer than any limit may be.
	century = 100 * 365 * 24 * time.Hour
)

func limitRules() []rule {
	return []rule{
		{name: "retry-after in seconds", check: limitedFor(42*time.Minute, providertest.RetryAfter(42*time.Minute))},
		{name: "retry-after as a date", check: limitedFor(42*time.Minute, providertest.RetryAfterDate(42*time.Minute))},
		{name: "retry-after-ms", check: limitedFor(42*time.Minute, providertest.RetryAfterMillis(42*time.Minute))},
		{name: "the body's resets_at", check: limitedFor(42*time.Minute, providertest.ResetsAt(42*time.Minute))},
		{name: "the body's resets_in_seconds", check: limitedFor(42*time.Minute, providertest.ResetsIn(42*time.Minute))},
		{name: "the message's \"try again in\"", check: limitedFor(42*time.Minute, providertest.TryAgainIn(42*time.Minute))},
		{name: "the body's retryDelay", check: limitedFor(42*time.Minute, providertest.RetryDelay(42*time.Minute))},
		{name: "a message's \"retry after 42 minutes\"", check: limitedFor(42*time.Minute, providertest.LimitSays("Please retry after 42 minutes."))},
		{name: "nothing is told: a rest of 5 seconds, of that model alone", check: bareLimit},
		{name: "never longer than 7 days", check: limitedFor(week, providertest.RetryAfter(century))},
		{name: "a wait that is no number is none", check: limitedFor(5*time.Second, append(bare(), providertest.LimitHeader("retry-after", "NaN"))...)},
		{name: "of the windows that rejected, the last to reset counts", holds: nativeLogins, check: takesLastWindow},
		{name: "accounts whose own windows end at the same hour hide no fresh one", holds: nativeLogins, check: hidesNoFresh},
		{name: "a limit of one model leaves the others free", holds: modelLimits, check: keepsModelsApart},
		{name: "a window of some models leaves the others free", holds: nativeLogins, check: keepsFamiliesApart},
		{name: "a plan that is used up and goes on at a price is passed over", holds: nativeLogins, check: spendsNothing},
		{name: "what is billed beyond the plan is not used again", holds: claimsOverage, check: refusesOverage},
		{name: "a limit that names no window ends when newer figures show room in every window", holds: nativeLogins, check: freedByFigures},
		{name: "figures of a success are kept", holds: nativeLogins, check: keepsFigures},
	}
}

// limitedFor is the check that a 429 with these details rests the account.
func limitedFor(want time.Duration, details ...providertest.LimitDetail) func(*testing.T, subject) {
	return func(t *testing.T, s subject) {
		st := s.set(t)
		st.alice.Next(providertest.Limited(details...))
		st.served(st.ask(), st.bob)
		st.rests(st.aliceID, want)
	}
}

// bare makes a 429 one that says no more than its status.
func bare() []providertest.LimitDetail {
	return []providertest.LimitDetail{providertest.LimitCode("rate_limit_exceeded"), providertest.LimitSays("Too many requests.")}
}

func bareLimit(t *testing.T, s subject) {
	limitedFor(5*time.Second, bare()...)(t, s)
	st := s.set(t)
	st.alice.Next(providertest.Limited(bare()...))
	st.served(st.ask(), st.bob)
	st.is(st.aliceID, multiaccount.StateReady) // for other models
}

func freedByFigures(t *testing.T, s subject) {
	st := s.empty(t)
	short, _ := s.windows()
	st.alice = st.srv.AddAccount(providertest.Account{
		Flavour: s.flavour, Name: "alice with figures", Organization: "org-1",
		Windows: []providertest.Window{{Name: short, Used: 40, Limit: 100, ResetAt: time.Now().Add(3 * time.Hour)}},
	})
	st.aliceID, st.bobID = rig.Add(t, st.pool, s.login(st.alice)), rig.Add(t, st.pool, s.login(st.bob))
	st.alice.Next(providertest.Limited(providertest.ResetsIn(2 * time.Hour)))
	st.served(st.ask(), st.bob)
	st.rests(st.aliceID, 2*time.Hour)
	rig.Must(t, st.pool.RefreshUsage(t.Context(), st.aliceID))
	st.is(st.aliceID, multiaccount.StateReady)
	if status := rig.Status(t, st.pool, st.aliceID); !status.CooldownUntil.IsZero() {
		t.Errorf("it rests until %v", status.CooldownUntil)
	}
}

func takesLastWindow(t *testing.T, s subject) {
	st := s.set(t)
	short, long := s.windows()
	st.alice.Next(providertest.Limited(providertest.LimitWindows(
		providertest.Window{Name: short, Limit: 100, Used: 100, ResetAt: time.Now().Add(time.Hour)},
		providertest.Window{Name: long, Limit: 100, Used: 100, ResetAt: time.Now().Add(48 * time.Hour)},
	)))
	st.served(st.ask(), st.bob)
	st.rests(st.aliceID, 48*time.Hour)
}

func hidesNoFresh(t *testing.T, s subject) {
	st := s.set(t)
	short, _ := s.windows()
	end := time.Now().Add(2 * time.Hour).Truncate(time.Hour)
	spent := providertest.Limited(providertest.LimitWindows(providertest.Window{Name: short, Limit: 100, Used: 100, ResetAt: end}))
	carol := st.srv.AddAccount(providertest.Account{Flavour: s.flavour, Name: "carol"})
	dave := st.srv.AddAccount(providertest.Account{Flavour: s.flavour, Name: "dave"})
	for _, fresh := range []*providertest.AccountHandle{carol, dave} {
		rig.Add(t, st.pool, s.login(fresh))
	}
	for _, h := range []*providertest.AccountHandle{st.alice, st.bob, carol} {
		h.Next(spent)
	}
	st.served(st.ask(), dave)
	st.served(st.ask(), dave)
	st.asked(st.alice, 1)
}

// modelLimits holds for keys of an API, whose limits are each model's.
func modelLimits(s subject) bool { return s.native && keys(s) }

func keepsModelsApart(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	st.served(st.ask(), st.bob)
	pinned := multiaccount.WithAccount(t.Context(), st.aliceID)
	other := question{body: `{"model":"model-2",` + plain[len(`{"model":"model-1",`):]}
	st.served(st.send(pinned, other), st.alice)
	var unavailable *multiaccount.AccountUnavailableError
	if a := st.send(pinned, question{body: plain}); !errors.As(a.err, &unavailable) {
		t.Errorf("the limited model: status %d, error %v", a.status, a.err)
	}
}

// claimsOverage holds where answers say what they were billed to.
func claimsOverage(s subject) bool {
	return nativeLogins(s) && s.flavour == providertest.Anthropic
}

func refusesOverage(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Next(providertest.Reply(http.StatusOK, http.Header{
		"Anthropic-Ratelimit-Unified-Status":               {"allowed"},
		"Anthropic-Ratelimit-Unified-Representative-Claim": {"overage"},
		"Anthropic-Ratelimit-Unified-Reset":                {strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)},
	}, `{"type":"message"}`))
	st.passed(st.ask(), http.StatusOK, st.alice)
	st.served(st.ask(), st.bob)
	st.rests(st.aliceID, 24*time.Hour)
}

func keepsFigures(t *testing.T, s subject) {
	same := [2]time.Duration{2 * time.Hour, 2 * time.Hour}
	st := s.gauged(t, 40, 10, same)
	const short = "5h"
	for id, want := range map[string]float64{st.aliceID: 41, st.bobID: 11} {
		status := rig.Status(t, st.pool, id)
		if len(status.Usage) == 0 || status.Usage[0].Name != short || !near(status.Usage[0].Utilization, want) {
			t.Errorf("figures of %s: %+v, want %s at %v %%", status.Label, status.Usage, short, want)
		}
	}
	st.is(st.aliceID, multiaccount.StateReady)
}

func near(a, b float64) bool { return a-b < 1.5 && b-a < 1.5 }
