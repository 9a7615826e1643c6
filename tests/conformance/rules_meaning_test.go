package conformance_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// codes holds where errors have codes: not for Anthropic's.
func codes(s subject) bool { return !s.native || s.flavour == providertest.OpenAI }

func leavesUnfit(t *testing.T, s subject) {
	for name, refusal := range map[string]providertest.Answer{
		"no credit":             providertest.NoCredit(),
		"organization disabled": providertest.OrganizationDisabled(),
		"plan without model":    providertest.PlanWithoutModel(),
	} {
		st := s.set(t)
		st.alice.Next(refusal)
		st.served(st.ask(), st.bob)
		st.served(st.ask(), st.bob)
		st.asked(st.alice, 1)
		if status := rig.Status(t, st.pool, st.aliceID); status.Failures != 0 {
			t.Errorf("%s: %d failures", name, status.Failures)
		}
	}
}

func leavesUsedUp(t *testing.T, s subject) {
	for _, status := range []int{http.StatusNotFound, http.StatusBadRequest, http.StatusForbidden, http.StatusTooManyRequests} {
		st := s.set(t)
		st.alice.Next(providertest.Refused(status, providertest.Refusal{Kind: "insufficient_quota", Code: "insufficient_quota", Message: "You exceeded your current quota."}))
		st.served(st.ask(), st.bob)
		st.rests(st.aliceID, time.Minute)
	}
}

func trustsNoQuotes(t *testing.T, s subject) {
	const quote = "Your credit balance is too low. This organization has been disabled. You exceeded your current quota."
	for _, refusal := range []providertest.Answer{
		providertest.Refused(http.StatusBadRequest, providertest.Refusal{Kind: "invalid_request_error", Message: "Not valid: " + quote}),
		providertest.Reply(http.StatusBadRequest, http.Header{"Content-Type": {"text/html"}}, "<html>"+quote+"</html>"),
	} {
		st := s.set(t)
		st.alice.Next(refusal)
		st.passed(st.ask(), http.StatusBadRequest, st.alice)
		st.untouched(st.aliceID)
	}
}

func ridesOutRetry(t *testing.T, s subject) {
	for _, status := range []int{http.StatusRequestTimeout, http.StatusConflict} {
		s.ridesOut(t, providertest.TryAgain(status))
	}
}

func returnsTooMuch(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Next(providertest.TooMuchAtOnce())
	st.passed(st.ask(), http.StatusTooManyRequests, st.alice)
	st.untouched(st.aliceID)
	st.asked(st.bob, 0)
}

func keepsTiersApart(t *testing.T, s subject) {
	tiered := question{body: `{"speed":"fast",` + plain[1:]}
	if s.flavour == providertest.OpenAI {
		tiered.body = `{"service_tier":"flex",` + plain[1:]
	}
	st := s.set(t)
	st.alice.Next(providertest.TierUsedUp())
	st.passed(st.send(t.Context(), tiered), http.StatusTooManyRequests, st.alice)
	st.is(st.aliceID, multiaccount.StateReady)
	st.served(st.ask(), st.alice)
	st.served(st.send(t.Context(), tiered), st.bob)
}

func keepsFamiliesApart(t *testing.T, s subject) {
	st := s.empty(t)
	_, long := s.windows()
	w := providertest.Window{Name: "7d_opus", Model: "opus", Limit: 100, Used: 100}
	if s.flavour == providertest.OpenAI {
		w.Name, w.Family, w.Label = long, "bengalfox", "GPT-Opus-1"
	}
	h := st.srv.AddAccount(providertest.Account{Flavour: s.flavour, Windows: []providertest.Window{w}})
	id := rig.Add(t, st.pool, rig.OAuth(h))
	ask := func(model string) answer {
		return st.send(multiaccount.WithAccount(t.Context(), id), question{body: `{"model":"` + model + `",` + plain[len(`{"model":"model-1",`):]})
	}
	st.passed(ask("opus-1"), http.StatusTooManyRequests, h)
	st.served(ask("model-1"), h)
	st.is(id, multiaccount.StateReady)
}

func spendsNothing(t *testing.T, s subject) {
	short, _ := s.windows()
	st := s.set(t)
	h := st.srv.AddAccount(providertest.Account{
		Flavour: s.flavour, PaidUse: true,
		Windows: []providertest.Window{{Name: short, Limit: 1, Used: 1, ResetAt: time.Now().Add(time.Hour)}},
	})
	id := rig.Add(t, st.pool, rig.OAuth(h))
	st.passed(st.send(multiaccount.WithAccount(t.Context(), id), question{body: plain}), http.StatusOK, h)
	for range 3 {
		if a := st.ask(); a.err != nil || a.account == h.Name() {
			t.Errorf("asked %q: %v", a.account, a.err)
		}
	}
	st.rests(id, time.Hour)
	if status := rig.Status(t, st.pool, id); status.State == multiaccount.StateReady {
		t.Errorf("it is %s (%s)", status.State, status.Reason)
	}
}
