package providertest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

func (c Conformance) refreshRules() []rule {
	if !c.has(account.OAuth) {
		return []rule{{"without logins nobody is asked, and nothing is terminal", refusesToRefresh}}
	}
	return []rule{
		{"the token is spent and its successors come back", refreshes},
		{"a refresh token that stays is not told", refreshesWithAToken},
		{"the expiry is a number, a string, or not known", refreshReadsExpiry},
		{"the server's own word is terminal", refreshIsTerminal},
		{"everything else passes", refreshIsTransient},
		{"the server's wait is kept", refreshKeepsTheWait},
		{"no redirect is followed", refreshStaysHere},
		{"the context ends it", refreshEndsWithContext},
		{"errors hold no secret", refreshLeaksNothing},
		{"without a refresh token nobody is asked", refreshNeedsAToken},
		{"calls at once do not mix", refreshesAtOnce},
	}
}

// spend exchanges the account's refresh token.
func spend(ctx context.Context, p providers.Provider, acct *AccountHandle) (account.Grant, error) {
	return p.Refresh(ctx, account.Credentials{
		AccessToken: account.NewSecret(acct.AccessToken()), RefreshToken: account.NewSecret(acct.RefreshToken()),
	})
}

// refused returns err as what every failed exchange returns.
func (t trial) refused(p providers.Provider, err error) *providers.RefreshError {
	t.Helper()
	var failure *providers.RefreshError
	if !errors.As(err, &failure) {
		t.Fatalf("error %v, want a *providers.RefreshError", err)
	}
	if failure.Provider != p.Name() {
		t.Errorf("the error names the provider %q, not %q", failure.Provider, p.Name())
	}
	return failure
}

func refreshes(t trial) {
	p, srv := t.attached()
	acct := srv.AddAccount(Account{Flavour: t.Flavour, TokenTTL: time.Hour})
	grant, err := spend(t.Context(), p, acct)
	if err != nil {
		t.Fatal(err)
	}
	if grant.AccessToken.Reveal() != acct.AccessToken() || grant.RefreshToken.Reveal() != acct.RefreshToken() {
		t.Error("the grant does not hold the tokens that the server issued")
	}
	if d := grant.ExpiresAt.Sub(acct.ExpiresAt()); d < -time.Minute || d > time.Second {
		t.Errorf("the token is believed to end %v from when it does", d)
	}
	if told := acct.Account(); grant.Subject != "" && grant.Subject != told.Subject || grant.Email != "" && grant.Email != told.Email {
		t.Errorf("subject %q and e-mail %q, want %q and %q", grant.Subject, grant.Email, told.Subject, told.Email)
	}
	if st := srv.Stats(); st.Refreshes != 1 || st.Requests != 1 {
		t.Errorf("%d refreshes in %d requests, want one", st.Refreshes, st.Requests)
	}
}

func refreshesWithAToken(t trial) {
	p, srv := t.attached()
	grant, err := spend(t.Context(), p, srv.AddAccount(Account{Flavour: t.Flavour, StaticRefreshToken: true}))
	if err != nil || !grant.RefreshToken.IsZero() || grant.AccessToken.IsZero() {
		t.Errorf("a new refresh token %v, an access token %v, error %v", !grant.RefreshToken.IsZero(), !grant.AccessToken.IsZero(), err)
	}
}

func refreshReadsExpiry(t trial) {
	p, srv := t.attached()
	acct := srv.AddAccount(Account{Flavour: t.Flavour})
	for field, want := range map[string]time.Duration{
		`,"expires_in":3600`: time.Hour, `,"expires_in":"3600"`: time.Hour, `,"expires_in":3600.0`: time.Hour,
		``: 0, `,"expires_in":null`: 0, `,"expires_in":0`: 0, `,"expires_in":-1`: 0, `,"expires_in":1e308`: 0, `,"expires_in":"NaN"`: 0,
	} {
		acct.NextToken(Reply(http.StatusOK, nil, `{"access_token":"at"`+field+`}`))
		before := time.Now()
		grant, err := spend(t.Context(), p, acct)
		if err != nil {
			t.Fatal(err)
		}
		if want == 0 && !grant.ExpiresAt.IsZero() {
			t.Errorf("%q: ExpiresAt %v, want that it is not known", field, grant.ExpiresAt)
		}
		if life := grant.ExpiresAt.Sub(before); want != 0 && (life < want-time.Second || life > want+time.Since(before)) {
			t.Errorf("%q: the token lives for %v, want %v", field, life, want)
		}
	}
}

func refreshIsTerminal(t trial) {
	p, srv := t.attached()
	acct := srv.AddAccount(Account{Flavour: t.Flavour})
	for code, answer := range map[string]Answer{
		"invalid_grant":        InvalidGrant(),
		"unauthorized_client":  OAuthError("unauthorized_client"),
		"invalid_scope":        OAuthError("invalid_scope"),
		"refresh_token_reused": ReusedRefreshToken(),
	} {
		acct.NextToken(answer)
		_, err := spend(t.Context(), p, acct)
		if failure := t.refused(p, err); !failure.Terminal || failure.Code != code {
			t.Errorf("%s: error %+v, want a terminal one with this code", code, failure)
		}
	}
}

// passing are the answers of the token endpoint after which the same token
// may be tried again.
func passing() map[string]Answer {
	return map[string]Answer{
		"bare 400":           Reply(http.StatusBadRequest, nil, ""),
		"bare 401":           Reply(http.StatusUnauthorized, nil, ""),
		"bare 404":           Reply(http.StatusNotFound, nil, "invalid_grant"),
		"firewall":           Challenge(),
		"page with the word": Reply(http.StatusBadRequest, http.Header{"Content-Type": {"text/html"}}, `<html>{"error":"invalid_grant"}</html>`),
		"too many requests":  Reply(http.StatusTooManyRequests, nil, `{"error":"slow_down"}`),
		"another code":       OAuthError("invalid_client"),
		"server error":       ServerError(),
		"gateway's word":     Reply(http.StatusBadGateway, nil, `{"error":"invalid_grant"}`),
		"unavailable":        Unavailable(),
		"overloaded":         Overloaded(),
		"captive portal":     CaptivePortal(),
		"garbage":            Garbage(),
		"empty":              Reply(http.StatusOK, nil, ""),
		"no access token":    Reply(http.StatusOK, nil, `{"refresh_token":"rt","expires_in":3600}`),
		"no content":         Reply(http.StatusNoContent, nil, ""),
		"endless":            Reply(http.StatusOK, nil, `{"access_token":"`+strings.Repeat("x", 4<<20)+`"}`),
		"cut":                Cut(),
		"cut in the middle":  CutMidBody(),
	}
}

func refreshIsTransient(t trial) {
	for name, answer := range passing() {
		t.Run(name, func(sub *testing.T) {
			t := trial{T: sub, Conformance: t.Conformance}
			p, srv := t.attached()
			acct := srv.AddAccount(Account{Flavour: t.Flavour})
			acct.NextToken(answer)
			_, err := spend(t.Context(), p, acct)
			if failure := t.refused(p, err); failure.Terminal {
				t.Errorf("error %+v is terminal", failure)
			}
			if _, err := spend(t.Context(), p, acct); err != nil {
				t.Errorf("the next exchange: %v", err)
			}
		})
	}
}

func refreshKeepsTheWait(t trial) {
	p, srv := t.attached()
	acct := srv.AddAccount(Account{Flavour: t.Flavour})
	acct.NextToken(Reply(http.StatusTooManyRequests, http.Header{"Retry-After": {"90"}}, ""))
	_, err := spend(t.Context(), p, acct)
	if failure := t.refused(p, err); failure.RetryAfter != 90*time.Second || failure.Status != http.StatusTooManyRequests {
		t.Errorf("error %+v, want 429 and 90 s", failure)
	}
}

func refreshStaysHere(t trial) {
	p, srv := t.attached()
	other := New(Options{})
	defer other.Close()
	acct := srv.AddAccount(Account{Flavour: t.Flavour})
	acct.NextToken(Redirect(other.Endpoints(t.Flavour).TokenURL))
	_, err := spend(t.Context(), p, acct)
	if failure := t.refused(p, err); failure.Terminal {
		t.Errorf("error %+v is terminal", failure)
	}
	if n := other.Stats().Requests; n != 0 {
		t.Errorf("%d requests went to another server", n)
	}
}

func refreshEndsWithContext(t trial) {
	p, srv := t.attached()
	acct := srv.AddAccount(Account{Flavour: t.Flavour})
	gate := acct.HoldExchanges(BeforeSpending)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	failed := make(chan error, 1)
	go func() {
		_, err := spend(ctx, p, acct)
		failed <- err
	}()
	if err := gate.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	err := <-failed
	if failure := t.refused(p, err); failure.Terminal || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that the context was cancelled", err)
	}
}

func refreshLeaksNothing(t trial) {
	_, srv := t.attached()
	at := srv.Endpoints(t.Flavour)
	at.TokenURL += "?key=" + TokenMark
	p := t.New(at, t.client())
	acct := srv.AddAccount(Account{Flavour: t.Flavour})
	answers := passing()
	secret := acct.RefreshToken()
	answers["echo as code"] = OAuthError(secret)
	answers["echo as description"] = Reply(http.StatusBadRequest, nil, `{"error":"invalid_request","error_description":`+quote(secret)+`}`)
	answers["echo as message"] = Reply(http.StatusUnauthorized, nil, `{"error":{"message":`+quote(secret)+`,"type":`+quote(secret)+`}}`)
	answers["echo as a header"] = Reply(http.StatusUnauthorized, http.Header{"Www-Authenticate": {secret}}, secret)
	answers["echo in a redirect"] = Redirect(srv.URL + "/?refresh_token=" + secret)
	for name, answer := range answers {
		srv.StartOutage(t.Flavour, answer)
		_, err := spend(t.Context(), p, acct)
		for _, text := range []string{fmt.Sprint(err), fmt.Sprintf("%+v", t.refused(p, err))} {
			if strings.Contains(text, TokenMark) || strings.Contains(text, "refresh_token=") {
				t.Errorf("%s: the error leaks: %s", name, text)
			}
		}
	}
}

func refreshNeedsAToken(t trial) {
	p, srv := t.attached()
	_, err := p.Refresh(t.Context(), account.Credentials{AccessToken: account.NewSecret("at")})
	if failure := t.refused(p, err); failure.Status != 0 {
		t.Errorf("error %+v, without an answer", failure)
	}
	if n := srv.Stats().Requests; n != 0 {
		t.Errorf("%d requests", n)
	}
}

func refreshesAtOnce(t trial) {
	p, srv := t.attached()
	var wg sync.WaitGroup
	for range 8 {
		acct := srv.AddAccount(Account{Flavour: t.Flavour})
		wg.Go(func() {
			grant, err := spend(t.Context(), p, acct)
			if err != nil || grant.AccessToken.Reveal() != acct.AccessToken() {
				t.Errorf("%s: another account's token, or error %v", acct.Name(), err)
			}
		})
	}
	wg.Wait()
}

func refusesToRefresh(t trial) {
	p, srv := t.attached()
	_, err := p.Refresh(t.Context(), account.Credentials{APIKey: account.NewSecret("key")})
	if failure := t.refused(p, err); failure.Terminal {
		t.Errorf("error %+v is terminal", failure)
	}
	if n := srv.Stats().Requests; n != 0 {
		t.Errorf("%d requests", n)
	}
}
