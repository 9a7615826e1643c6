package openai

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/internal/jwt"
)

// claims are those of the id token and of the access token; each has some.
type claims struct {
	Subject string `json:"sub"`
	Email   string `json:"email"`
	Auth    struct {
		Plan    string `json:"chatgpt_plan_type"`
		Account string `json:"chatgpt_account_id"`
		User    string `json:"chatgpt_user_id"`
	} `json:"https://api.openai.com/auth"`
	Profile struct {
		Email string `json:"email"`
	} `json:"https://api.openai.com/profile"`
}

// Profile reads whose token it is from the token's claims, without a request.
// For an API key, which has none, the error is [errors.ErrUnsupported].
func (p *Provider) Profile(_ context.Context, cred account.Credential) (account.Grant, error) {
	if cred.Kind == account.APIKey {
		return account.Grant{}, errKey()
	}
	var grant account.Grant
	identify(&grant, cred.Token.Reveal())
	return grant, nil
}

func errKey() error {
	return fmt.Errorf("%s: there is no endpoint to ask about this account: %w", name, errors.ErrUnsupported)
}

func idToken(body []byte) string {
	var told struct {
		IDToken string `json:"id_token"`
	}
	_ = json.Unmarshal(body, &told) // it parsed before; what does not fit stays empty
	return told.IDToken
}

// Identity returns what the claims of tokens tell about their owner, and when
// the last of the tokens ends. Where two tokens differ, the first counts.
// Fields that no token tells are empty. The signatures are not verified: the
// tokens must come from the owner's own files or directly from the token
// endpoint.
func Identity(tokens ...string) (told account.Grant, expires time.Time) {
	identify(&told, tokens...)
	for _, token := range tokens {
		if _, ends := jwt.Lifetime(token); !ends.IsZero() {
			expires = ends
		}
	}
	return told, expires
}

// identify fills in what the claims of tokens tell, the first token first.
// The tokens come straight from the token endpoint over TLS, so that their
// signatures need not be verified.
func identify(grant *account.Grant, tokens ...string) {
	for _, token := range tokens {
		var c claims
		jwt.Claims(token, &c)
		grant.Subject = cmp.Or(grant.Subject, c.Auth.User, c.Subject)
		grant.Organization = cmp.Or(grant.Organization, c.Auth.Account)
		grant.Email = cmp.Or(grant.Email, c.Email, c.Profile.Email)
		grant.Plan = cmp.Or(grant.Plan, PlanLabel(c.Auth.Plan))
	}
}
