package providertest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
)

// loginCode is an authorization code that waits for its exchange.
type loginCode struct {
	acct      *AccountHandle
	redirect  string
	challenge string
}

// Approve makes the account the one whose owner sits at the browser: the
// authorization endpoint of its flavour logs it in, from now on. Without
// Approve that is the account added last.
func (h *AccountHandle) Approve() {
	h.srv.mu.Lock()
	defer h.srv.mu.Unlock()
	h.srv.owners[h.spec.Flavour] = h
}

// serveAuthorize approves at once and redirects with a code (RFC 6749
// section 4.1.2), or with access_denied when the flavour has no account. The
// code is exchanged once, with the verifier of its challenge (RFC 7636, S256).
func serveAuthorize(x *exchange) {
	query := x.r.URL.Query()
	back, err := url.Parse(query.Get("redirect_uri"))
	if err != nil || !back.IsAbs() {
		OAuthError("invalid_request").give(x)
		return
	}
	answer := back.Query()
	answer.Set("state", query.Get("state"))
	if code := x.srv.newCode(x.flavour, query); code != "" {
		answer.Set("code", code)
	} else {
		answer.Set("error", "access_denied")
	}
	back.RawQuery = answer.Encode()
	x.w.Header().Set("Location", back.String())
	x.reply(http.StatusFound, "text/html; charset=utf-8", nil)
}

// newCode returns "" when there is nobody to log in.
func (s *Server) newCode(f Flavour, query url.Values) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	owner := s.owners[f]
	if owner == nil {
		return ""
	}
	code := "code_" + TokenMark + rand.Text()
	s.tokens.codes[code] = loginCode{
		acct:      owner,
		redirect:  query.Get("redirect_uri"),
		challenge: query.Get("code_challenge"),
	}
	return code
}

// spendCode exchanges a code for a new login. The caller holds s.mu.
func (s *Server) spendCode(form url.Values, acct *AccountHandle) (grant, string) {
	code, found := s.tokens.codes[form.Get("code")]
	if !found || acct == nil {
		return grant{}, "invalid_grant"
	}
	delete(s.tokens.codes, form.Get("code"))
	if form.Get("redirect_uri") != code.redirect || !code.proves(form.Get("code_verifier")) {
		return grant{}, "invalid_grant"
	}
	acct.login()
	return acct.current, ""
}

func (c loginCode) proves(verifier string) bool {
	if c.challenge == "" {
		return true
	}
	return c.challenge == challengeOf(verifier)
}

// challengeOf is S256 of RFC 7636 section 4.2.
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
