package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// AuthorizeURL returns the address of an authorization endpoint for one login
// (RFC 6749 section 4.1.1, RFC 7636 section 4.3). extra holds the provider's own
// parameters.
func AuthorizeURL(endpoint, clientID string, scopes []string, r providers.AuthorizationRequest, extra url.Values) (string, error) {
	at, err := url.Parse(endpoint)
	if err != nil {
		return "", fmt.Errorf("the authorization endpoint: %w", cause(err))
	}
	query := at.Query()
	for name, values := range extra {
		query[name] = values
	}
	query.Set("response_type", "code")
	query.Set("client_id", clientID)
	query.Set("redirect_uri", r.RedirectURI)
	query.Set("state", r.State)
	query.Set("code_challenge", r.Challenge)
	query.Set("code_challenge_method", "S256")
	if len(scopes) > 0 {
		query.Set("scope", strings.Join(scopes, " "))
	}
	at.RawQuery = query.Encode()
	return at.String(), nil
}

// CodeForm is the form that spends an authorization code (RFC 6749 section
// 4.1.3, RFC 7636 section 4.5).
func CodeForm(c providers.AuthorizationCode) url.Values {
	return url.Values{
		"grant_type":    {"authorization_code"},
		"code":          {c.Code.Reveal()},
		"redirect_uri":  {c.RedirectURI},
		"code_verifier": {c.Verifier.Reveal()},
	}
}

// Login sends a form, with the client's id added, to get a first grant, and
// returns what [Endpoint.Refresh] returns. Every error is a
// *[providers.LoginError].
func (e Endpoint) Login(ctx context.Context, form url.Values) (account.Grant, []byte, error) {
	sent := time.Now()
	status, _, body, err := e.post(ctx, e.identified(form))
	if grant, object, ok := readGrant(body, sent); ok && status/100 == 2 {
		return grant, object, nil
	}
	if err != nil {
		return account.Grant{}, nil, &providers.LoginError{Provider: e.Provider, Status: status, Err: cause(err)}
	}
	return account.Grant{}, nil, e.refused(status, body)
}

// Ask sends a form, with the client's id added, and reads the JSON of the answer
// into the struct that into points to. Every error is a *[providers.LoginError].
func (e Endpoint) Ask(ctx context.Context, form url.Values, into any) error {
	return e.tell(into)(e.post(ctx, e.identified(form)))
}

// AskJSON is [Endpoint.Ask] for endpoints that expect JSON and no client id.
func (e Endpoint) AskJSON(ctx context.Context, fields map[string]string, into any) error {
	body, err := json.Marshal(fields)
	if err != nil {
		return &providers.LoginError{Provider: e.Provider, Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(body))
	if err != nil {
		return &providers.LoginError{Provider: e.Provider, Err: cause(err)}
	}
	req.Header.Set("Content-Type", "application/json")
	return e.tell(into)(e.send(req))
}

// tell returns a function that reads an answer into a struct.
func (e Endpoint) tell(into any) func(status int, _ http.Header, body []byte, err error) error {
	return func(status int, _ http.Header, body []byte, err error) error {
		switch {
		case err != nil:
			return &providers.LoginError{Provider: e.Provider, Status: status, Err: cause(err)}
		case status/100 != 2 || !json.Valid(body):
			return e.refused(status, body)
		}
		_ = json.Unmarshal(body, into) // valid; what does not fit stays empty
		return nil
	}
}

func (e Endpoint) refused(status int, body []byte) *providers.LoginError {
	return &providers.LoginError{Provider: e.Provider, Status: status, Code: answer.ParseError(body).Word()}
}

// Unsupported is the error of a login that is not configured.
func Unsupported(provider, what string) error {
	return fmt.Errorf("%s: %s: %w", provider, what, errors.ErrUnsupported)
}
