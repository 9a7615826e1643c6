package conformance_test

import (
	"errors"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
)

func breakerRules() []rule {
	return []rule{
		{name: "a firewall's page for all accounts holds requests back at once, and blames none", holds: native, check: opensAtAChallenge},
		{name: "the first that gets through lets the others go", holds: native, check: closesAfterAProbe},
		{name: "a provider that fails all accounts is left alone", holds: native, check: opensAfterFailures},
	}
}

func opensAtAChallenge(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Next(providertest.Challenge())
	st.bob.Next(providertest.Challenge())
	st.passed(st.ask(), 403, st.bob)
	var unavailable *multiaccount.ProviderUnavailableError
	if a := st.ask(); !errors.As(a.err, &unavailable) || !unavailable.RetryAt.After(time.Now().Add(-time.Second)) {
		t.Errorf("status %d, error %v", a.status, a.err)
	}
	st.untouched(st.aliceID)
	st.untouched(st.bobID)
}

func waits(s *settings.Settings) { s.MaxWait = 20 * time.Second }

func closesAfterAProbe(t *testing.T, s subject) {
	st := s.set(t, waits)
	st.alice.Next(providertest.Challenge())
	st.bob.Next(providertest.Challenge())
	if a := st.ask(); a.status != 200 { // once the pause is over
		t.Fatalf("status %d, error %v", a.status, a.err)
	}
	begun := time.Now()
	if a := st.ask(); a.status != 200 {
		t.Errorf("status %d, error %v", a.status, a.err)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("the next request took %v", took)
	}
}

func opensAfterFailures(t *testing.T, s subject) {
	st := s.set(t)
	st.alice.Next(providertest.Overloaded().Always())
	st.bob.Next(providertest.Overloaded().Always())
	a := st.ask()
	var unavailable *multiaccount.ProviderUnavailableError
	for range 3 {
		if errors.As(a.err, &unavailable) {
			break
		}
		a = st.ask()
	}
	if unavailable == nil {
		t.Errorf("after many failures: status %d, error %v", a.status, a.err)
	}
	st.is(st.aliceID, multiaccount.StateReady)
	st.is(st.bobID, multiaccount.StateReady)
}
