package sdk_test

import (
	"errors"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestAccountThroughTheClientsContext(t *testing.T) {
	forEachUse(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		ctx := multiaccount.WithAccount(t.Context(), s.bobID)
		text, err := u.ask(ctx, s.endpoint())
		servedBy(t, text, err, s.bob)

		rig.Must(t, s.pool.SetEnabled(t.Context(), s.bobID, false))
		_, err = u.ask(ctx, s.endpoint())
		var unavailable *multiaccount.AccountUnavailableError
		if !errors.As(err, &unavailable) || unavailable.AccountID != s.bobID {
			t.Errorf("pinned to an account that is switched off: %v", err)
		}
		if n := s.srv.Stats().ByAccount[s.alice.Name()]; n != 0 {
			t.Errorf("the other account was asked %d times", n)
		}
	})
}

// A conversation stays with the account that it began with, whichever account
// served others meanwhile.
func TestAffinityThroughTheClientsContext(t *testing.T) {
	forEachUse(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		conversation := multiaccount.WithAffinity(t.Context(), "one")
		text, err := u.ask(conversation, s.endpoint())
		servedBy(t, text, err, s.alice)

		other := multiaccount.WithAffinity(t.Context(), "other")
		rig.Must(t, s.pool.SetEnabled(t.Context(), s.aliceID, false))
		text, err = u.ask(other, s.endpoint())
		servedBy(t, text, err, s.bob)
		rig.Must(t, s.pool.SetEnabled(t.Context(), s.aliceID, true))
		text, err = u.ask(other, s.endpoint())
		servedBy(t, text, err, s.bob)
		text, err = u.ask(conversation, s.endpoint())
		servedBy(t, text, err, s.alice)
	})
}

// A limit that holds for one model leaves the account to the others. The
// model named in the context counts before the one in the body.
func TestModelThroughTheClientsContext(t *testing.T) {
	u := uses()[0]
	s := play(t, u, rig.OAuth)
	s.alice.Next(providertest.Limited(
		providertest.LimitWindows(providertest.Window{Name: "7d_opus", Limit: 1, Used: 1, Length: time.Hour}),
	))
	opus := multiaccount.WithModel(t.Context(), "opus")
	text, err := u.ask(opus, s.endpoint())
	servedBy(t, text, err, s.bob)

	_, err = u.ask(multiaccount.WithAccount(opus, s.aliceID), s.endpoint())
	var unavailable *multiaccount.AccountUnavailableError
	if !errors.As(err, &unavailable) || unavailable.AccountID != s.aliceID {
		t.Errorf("the limited model: %v", err)
	}
	text, err = u.ask(multiaccount.WithAccount(t.Context(), s.aliceID), s.endpoint())
	servedBy(t, text, err, s.alice)
}
