package login

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"

	"golang.org/x/oauth2"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// attempt is one authorization request and what its answer is checked with.
type attempt struct {
	provider string
	source   providers.LoginSource
	redirect string
	state    string
	verifier string
}

func newAttempt(provider string, source providers.LoginSource, redirect string) attempt {
	return attempt{provider, source, redirect, rand.Text(), oauth2.GenerateVerifier()}
}

// url returns the address of the login page.
func (a attempt) url() (string, error) {
	address, err := a.source.AuthorizeURL(providers.AuthorizationRequest{
		RedirectURI: a.redirect, State: a.state, Challenge: oauth2.S256ChallengeFromVerifier(a.verifier),
	})
	if err != nil {
		return "", fmt.Errorf("login: %w", err)
	}
	return address, nil
}

// isMine reports whether an answer belongs to this attempt.
func (a attempt) isMine(state string) bool {
	return subtle.ConstantTimeCompare([]byte(state), []byte(a.state)) == 1
}

// redeem exchanges what came back for a grant. It is called once.
func (a attempt) redeem(ctx context.Context, back answer) (account.Grant, error) {
	if back.refusal != "" {
		return account.Grant{}, &DeniedError{Provider: a.provider, Code: back.refusal}
	}
	grant, err := a.source.ExchangeCode(ctx, providers.AuthorizationCode{
		Code: back.code, Verifier: account.NewSecret(a.verifier), RedirectURI: a.redirect, State: a.state,
	})
	if err != nil {
		return account.Grant{}, fmt.Errorf("login: %w", err)
	}
	return grant, nil
}

// sourceOf returns the provider's way to log in with a browser.
func sourceOf(p providers.Provider) (providers.LoginSource, error) {
	source, ok := p.(providers.LoginSource)
	if !ok {
		return nil, unsupported(p, "login with a browser")
	}
	return source, nil
}
