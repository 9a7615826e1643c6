package sdk_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"golang.org/x/oauth2"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// connections returns a client whose connections end with the test.
func connections(t *testing.T) *http.Client {
	t.Helper()
	base := &http.Transport{}
	t.Cleanup(base.CloseIdleConnections)
	return &http.Client{Transport: base}
}

// Any client that takes an oauth2.TokenSource gets a fresh token.
func TestTokenSourceWithOAuth2Client(t *testing.T) {
	s := play(t, uses()[4], rig.Expired)
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, connections(t))
	s.http = oauth2.NewClient(ctx, s.pool.TokenSource(ctx))
	for range 2 {
		text, err := chat(t.Context(), s.endpoint())
		servedBy(t, text, err, s.alice)
	}
	if n := s.srv.Stats().Refreshes; n != 1 {
		t.Errorf("%d refreshes, want one for the expired token", n)
	}
	if status := checkState(t, s, s.aliceID, multiaccount.StateReady); status.InFlight != 0 {
		t.Errorf("%d requests in flight: a token source holds no account", status.InFlight)
	}
}

// A token carries what the choices in the context asked for, and its end.
func TestTokenSourceFollowsTheContext(t *testing.T) {
	s := play(t, uses()[0], rig.OAuth)
	ctx, cancel := context.WithCancel(multiaccount.WithAccount(t.Context(), s.bobID))
	source := s.pool.TokenSource(ctx)
	cancel() // it outlives the request that it was made for
	token, err := source.Token()
	if err != nil {
		t.Fatal(err)
	}
	if token.AccessToken != s.bob.AccessToken() || !token.Expiry.Equal(s.bob.ExpiresAt()) || token.Type() != "Bearer" {
		t.Errorf("a token of type %s until %v, want bob's until %v", token.Type(), token.Expiry, s.bob.ExpiresAt())
	}
}

func TestTokenSourceOfAPIKeys(t *testing.T) {
	s := play(t, uses()[4], rig.Key)
	token, err := s.pool.TokenSource(t.Context()).Token()
	if err != nil {
		t.Fatal(err)
	}
	if token.AccessToken != s.alice.APIKey() || !token.Valid() {
		t.Error("the token is not alice's key, or counts as expired")
	}
}

func TestTokenSourceErrorsThroughTheClient(t *testing.T) {
	s := play(t, uses()[4], rig.Expired)
	rig.Must(t, s.pool.Remove(t.Context(), s.bobID))
	s.alice.NextToken(providertest.InvalidGrant())
	s.http = &http.Client{Transport: &oauth2.Transport{Source: s.pool.TokenSource(t.Context())}}
	_, err := chat(t.Context(), s.endpoint())
	var reauth *multiaccount.ReauthRequiredError
	if !errors.As(err, &reauth) || reauth.AccountID != s.aliceID {
		t.Errorf("error %v, want *ReauthRequiredError", err)
	}
}
