package exchange

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
	"github.com/seed-810f1486/multiaccount/providers/retryafter"
)

// CodeNoRefreshToken is the code of the error for credentials that have no
// refresh token.
const CodeNoRefreshToken = "no_refresh_token"

// Endpoint is a token endpoint. It is immutable and safe for concurrent use.
type Endpoint struct {
	Provider string
	URL      string
	ClientID string
	// ClientSecret is empty for public clients.
	ClientSecret account.Secret
	// Basic sends the client's id and secret in the Authorization header and
	// not in the form (RFC 6749 section 2.3.1).
	Basic bool
	// Terminal are the provider's own codes for a login that is gone, besides
	// those that are terminal everywhere.
	Terminal []string
	// Client comes from [Client].
	Client *http.Client
}

// Refresh spends the refresh token (RFC 6749 section 6) and returns the grant and
// the answer's body, from which a provider reads its additions to the standard.
// Every error is a *[providers.RefreshError].
func (e Endpoint) Refresh(ctx context.Context, creds account.Credentials) (account.Grant, []byte, error) {
	if creds.RefreshToken.IsZero() {
		// Only another login helps; but a key needs no refresh.
		return account.Grant{}, nil, &providers.RefreshError{
			Provider: e.Provider, Code: CodeNoRefreshToken, Terminal: creds.APIKey.IsZero(),
		}
	}
	sent := time.Now()
	status, header, body, err := e.post(ctx, e.form(creds.RefreshToken))
	if grant, object, ok := readGrant(body, sent); ok && status/100 == 2 {
		return grant, object, nil
	}
	if err != nil {
		return account.Grant{}, nil, &providers.RefreshError{Provider: e.Provider, Status: status, Err: cause(err)}
	}
	return account.Grant{}, nil, e.refusal(status, header, body)
}

func (e Endpoint) form(token account.Secret) url.Values {
	return e.identified(url.Values{
		"grant_type":    {"refresh_token"},
		"refresh_token": {token.Reveal()},
	})
}

// identified adds the client's id and secret to a form, unless the header has
// them.
func (e Endpoint) identified(form url.Values) url.Values {
	if e.Basic {
		return form
	}
	if e.ClientID != "" {
		form.Set("client_id", e.ClientID)
	}
	if !e.ClientSecret.IsZero() {
		form.Set("client_secret", e.ClientSecret.Reveal())
	}
	return form
}

// post sends the form over a new connection. On one that the server is about to
// close, a failure would leave open whether the token was spent.
func (e Endpoint) post(ctx context.Context, form url.Values) (int, http.Header, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil, nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if e.Basic {
		req.SetBasicAuth(url.QueryEscape(e.ClientID), url.QueryEscape(e.ClientSecret.Reveal()))
	}
	return e.send(req)
}

func (e Endpoint) send(req *http.Request) (int, http.Header, []byte, error) {
	deadline, bounded := req.Context().Deadline()
	ctx, done := patient(req.Context())
	defer done()
	req = req.WithContext(ctx)
	if bounded && req.Body != nil && time.Now().Before(deadline) {
		req.Body = &timely{ReadCloser: req.Body, deadline: deadline}
	}
	req.Close = true
	req.Header.Set("Accept", "application/json")
	resp, err := e.Client.Do(req) //nolint:gosec // the address is the one that the endpoint was made with
	if err != nil {
		return 0, nil, nil, withReason(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }() // what was read counts, not how it ended
	body, err := read(resp.Body)
	return resp.StatusCode, resp.Header, body, err
}

// withReason adds to the error of a request why its context ended, if that made
// it fail.
func withReason(ctx context.Context, err error) error {
	reason := context.Cause(ctx)
	if reason == nil || errors.Is(err, reason) {
		return err
	}
	return fmt.Errorf("%w: %w", reason, cause(err))
}

// refusal reads an answer without a grant. It is terminal only if the server
// itself says so in JSON: a status, a page or a proxy's failure may be temporary.
func (e Endpoint) refusal(status int, header http.Header, body []byte) *providers.RefreshError {
	code := errorCode(body)
	wait, _ := retryafter.Header(header, time.Now())
	return &providers.RefreshError{
		Provider:   e.Provider,
		Status:     status,
		Code:       code,
		Terminal:   status < http.StatusInternalServerError && e.terminal(code),
		RetryAfter: wait,
	}
}

// errorCode returns the OAuth error code of an answer (RFC 6749 section 5.2).
// Some servers add the description to it ("invalid_grant: expired"), or call the
// field error_code.
func errorCode(body []byte) string {
	fault := answer.ParseError(body)
	if word := fault.Word(); word != "" {
		return word
	}
	var told struct {
		Error string `json:"error"`
		Code  string `json:"error_code"`
	}
	_ = json.Unmarshal(body, &told) // what does not fit stays empty
	code, _, _ := strings.Cut(cmp.Or(told.Error, told.Code), ":")
	return answer.Word(code)
}

func (e Endpoint) terminal(code string) bool {
	switch code {
	case "invalid_grant", "unauthorized_client", "invalid_scope", "refresh_token_reused":
		return true
	}
	return slices.Contains(e.Terminal, code)
}
