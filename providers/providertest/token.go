package providertest

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// maxForm bounds a token request's body.
const maxForm = 1 << 20

// serveToken is the token endpoint (RFC 6749, sections 4.1.3 and 6). The
// body may be a form or JSON.
func serveToken(x *exchange) {
	form, err := x.form()
	if err != nil {
		OAuthError("invalid_request").give(x)
		return
	}
	x.acct = x.srv.whose(form, x.flavour)
	x.enter()
	x.own = func(how delivery) { x.redeem(form, how) }
	a := x.srv.scripted(x)
	if a.spend {
		x.own(func(x *exchange, _ rendering) { a.give(x) })
		return
	}
	a.give(x)
}

func (x *exchange) form() (url.Values, error) {
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, maxForm))
	if err != nil {
		return nil, err
	}
	if kind, _, _ := mime.ParseMediaType(x.r.Header.Get("Content-Type")); kind != jsonType {
		return url.ParseQuery(string(body))
	}
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, err
	}
	form := url.Values{}
	for name, value := range fields {
		if text, ok := value.(string); ok {
			form.Set(name, text)
		}
	}
	return form, nil
}

// whose returns the account that a token request is about, nil if none.
func (s *Server) whose(form url.Values, f Flavour) *AccountHandle {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, found := s.tokens.refresh[form.Get("refresh_token")]; found && t.family.acct.spec.Flavour == f {
		return t.family.acct
	}
	if c, found := s.tokens.codes[form.Get("code")]; found && c.acct.spec.Flavour == f {
		return c.acct
	}
	if d, found := s.tokens.devices[form.Get("device_code")]; found && d.flavour == f {
		return d.owner
	}
	return nil
}

// redeem answers a token request, a success being sent by how.
func (x *exchange) redeem(form url.Values, how delivery) {
	if !x.passGates(BeforeSpending) {
		x.vanish()
	}
	g, code := x.srv.spend(form, x.flavour, x.acct)
	if !x.passGates(AfterSpending) || !x.pause(x.srv.tokenDelay()) {
		x.vanish()
	}
	if code != "" {
		OAuthError(code).give(x)
		return
	}
	how(x, jsonPieces(x.tokenBody(g)))
}

// spend exchanges what the form holds for new tokens, or returns an error
// code of RFC 6749 section 5.2.
func (s *Server) spend(form url.Values, f Flavour, acct *AccountHandle) (grant, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch form.Get("grant_type") {
	case "refresh_token":
		return s.spendRefreshToken(form, acct)
	case "authorization_code":
		return s.spendCode(form, acct)
	case deviceGrant:
		return s.spendDevice(form, f)
	}
	return grant{}, "unsupported_grant_type"
}

func (s *Server) spendRefreshToken(form url.Values, acct *AccountHandle) (grant, string) {
	if form.Get("refresh_token") == "" {
		return grant{}, "invalid_request"
	}
	if acct == nil {
		return grant{}, "invalid_grant"
	}
	t := s.tokens.refresh[form.Get("refresh_token")]
	if t.spent {
		s.record.stats.RefreshTokensSpentTwice++
		if t.again {
			s.record.stats.RefreshTokensSpentThrice++
		}
		t.again = true
		t.family.revoked = true
	}
	if t.family.revoked {
		return grant{}, "invalid_grant"
	}
	s.record.stats.Refreshes++
	s.record.stats.RefreshesByAccount[acct.name]++
	g := s.issue(t.family)
	if acct.spec.StaticRefreshToken {
		delete(s.tokens.refresh, g.refresh)
		acct.current.access, acct.current.expires = g.access, g.expires
		g.refresh = ""
		return g, ""
	}
	t.spent = true
	acct.current = g
	return g, ""
}

// tokenBody is the flavour's answer of section 5.1, with the fields that the
// providers add.
func (x *exchange) tokenBody(g grant) []byte {
	a := x.acct.Account()
	body := obj{
		"access_token": g.access,
		"token_type":   "Bearer",
		"expires_in":   seconds(g.expires.Sub(x.srv.now())),
	}
	if g.refresh != "" {
		body["refresh_token"] = g.refresh
	}
	if x.flavour == OpenAI {
		body["id_token"] = newJWT(a, x.srv.now(), g.expires)
		body["scope"] = "openid profile email offline_access"
		return marshal(body)
	}
	body["scope"] = "org:create_api_key user:profile user:inference"
	body["account"] = obj{"uuid": a.Subject, "email_address": a.Email}
	if a.Organization != "" {
		body["organization"] = obj{"uuid": a.Organization, "name": a.Organization}
	}
	return marshal(body)
}

// InvalidGrant answers a token request with 400 and invalid_grant.
func InvalidGrant() Answer { return OAuthError("invalid_grant") }

// OAuthError answers a token request with 400 and an error code of RFC 6749
// section 5.2.
func OAuthError(code string) Answer {
	return Reply(http.StatusBadRequest, nil, `{"error":`+quote(code)+`}`)
}

// ReusedRefreshToken answers a token request as OpenAI does when a refresh
// token was spent before: 401 with the code refresh_token_reused in an object.
func ReusedRefreshToken() Answer {
	return Reply(http.StatusUnauthorized, nil, `{"error":{"message":"Your refresh token has already been used to generate a new access token.",`+
		`"type":"invalid_request_error","param":null,"code":"refresh_token_reused"}}`)
}
