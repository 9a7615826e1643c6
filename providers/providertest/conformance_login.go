package providertest

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

const conformanceVerifier = "a-verifier-that-is-long-enough-for-rfc-7636"

// loginRules are those of the ways to log in that the provider has.
func (c Conformance) loginRules() []rule {
	var rules []rule
	if _, ok := c.detached().(providers.LoginSource); ok {
		rules = append(rules, []rule{
			{"the address of the login page says what is asked for", checkAuthorizeURL},
			{"a code is exchanged once", checkExchange},
			{"a code needs its verifier", checkVerifier},
			{"a login without an answer is a LoginError", checkLoginUnanswered},
		}...)
	}
	if _, ok := c.detached().(providers.DeviceSource); ok {
		rules = append(rules, []rule{
			{"a device login waits for its owner", checkDevice},
			{"a device login that is refused or over says so", checkDeviceEnds},
		}...)
	}
	return rules
}

func authorization(c providers.Callback) providers.AuthorizationRequest {
	return providers.AuthorizationRequest{
		RedirectURI: "http://" + c.Host + ":4711" + c.Path,
		State:       "the&state", Challenge: challengeOf(conformanceVerifier),
	}
}

func checkAuthorizeURL(t trial) {
	login := t.detached().(providers.LoginSource)
	asked := authorization(login.Callback())
	address, err := login.AuthorizeURL(asked)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(address)
	if err != nil || at.Host != "login.example" || at.Path != "/authorize" {
		t.Errorf("address %q, %v", address, err)
	}
	query := at.Query()
	for name, want := range map[string]string{
		"response_type": "code", "redirect_uri": asked.RedirectURI, "state": asked.State,
		"code_challenge": asked.Challenge, "code_challenge_method": "S256",
	} {
		if got := query[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if strings.Contains(address, conformanceVerifier) {
		t.Error("the verifier is in the address")
	}
}

// authorized returns a code as an owner's browser would bring it.
func authorized(t trial, login providers.LoginSource) providers.AuthorizationCode {
	t.Helper()
	asked := authorization(login.Callback())
	address, err := login.AuthorizeURL(asked)
	if err != nil {
		t.Fatal(err)
	}
	client := t.client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	back, err := resp.Location()
	if err != nil || back.Query().Get("state") != asked.State {
		t.Fatalf("redirected to %v: %v", back, err)
	}
	return providers.AuthorizationCode{
		Code: account.NewSecret(back.Query().Get("code")), Verifier: account.NewSecret(conformanceVerifier),
		RedirectURI: asked.RedirectURI, State: asked.State,
	}
}

func checkExchange(t trial) {
	p, srv := t.attached()
	owner := srv.AddAccount(Account{Flavour: t.Flavour})
	login := p.(providers.LoginSource)
	code := authorized(t, login)
	grant, err := login.ExchangeCode(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	t.serves(grant, owner)
	_, err = login.ExchangeCode(t.Context(), code)
	t.loginRefused(err, "invalid_grant")
}

func checkVerifier(t trial) {
	p, srv := t.attached()
	srv.AddAccount(Account{Flavour: t.Flavour})
	login := p.(providers.LoginSource)
	code := authorized(t, login)
	code.Verifier = account.NewSecret("another")
	_, err := login.ExchangeCode(t.Context(), code)
	t.loginRefused(err, "invalid_grant")
}

func checkLoginUnanswered(t trial) {
	p, srv := t.attached()
	srv.Close()
	code := providers.AuthorizationCode{Code: account.NewSecret("code"), Verifier: account.NewSecret(conformanceVerifier)}
	_, err := p.(providers.LoginSource).ExchangeCode(t.Context(), code)
	var failed *providers.LoginError
	if !errors.As(err, &failed) || failed.Err == nil || failed.Status != 0 {
		t.Errorf("error %v, want a *LoginError with the transport's", err)
	}
}

func checkDevice(t trial) {
	p, srv := t.attached()
	owner := srv.AddAccount(Account{Flavour: t.Flavour})
	device := p.(providers.DeviceSource)
	d, err := device.StartDevice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d.Interval != 5*time.Second || d.ExpiresAt.IsZero() || d.URL == "" || strings.Contains(d.URL+d.UserCode, d.Code.Reveal()) {
		t.Errorf("device login %+v", d)
	}
	_, err = device.PollDevice(t.Context(), d)
	t.loginRefused(err, providers.AuthorizationPending)
	_, err = device.PollDevice(t.Context(), d)
	t.loginRefused(err, providers.SlowDown)
	if !owner.ApproveDevice(d.UserCode) {
		t.Fatalf("no device login waits for %q", d.UserCode)
	}
	srv.forgetPolls()
	grant, err := device.PollDevice(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	t.serves(grant, owner)
}

func checkDeviceEnds(t trial) {
	p, srv := t.attached()
	device := p.(providers.DeviceSource)
	for code, end := range map[string]func(string) bool{
		"access_denied": srv.DenyDevice, "expired_token": srv.ExpireDevice,
	} {
		d, err := device.StartDevice(t.Context())
		if err != nil || !end(d.UserCode) {
			t.Fatal(err)
		}
		_, err = device.PollDevice(t.Context(), d)
		t.loginRefused(err, code)
	}
}

// serves checks that a grant is the owner's.
func (t trial) serves(grant account.Grant, owner *AccountHandle) {
	t.Helper()
	if grant.AccessToken.Reveal() != owner.AccessToken() || grant.RefreshToken.Reveal() != owner.RefreshToken() {
		t.Error("the grant is not the owner's")
	}
	if grant.ExpiresAt.IsZero() {
		t.Error("the grant does not say when its token ends")
	}
	if t.Native && (grant.Subject != owner.Account().Subject || grant.Email != owner.Account().Email) {
		t.Errorf("the grant is of %q, %q", grant.Subject, grant.Email)
	}
}

// loginRefused checks that err is the server's word, and tells no secret.
func (t trial) loginRefused(err error, code string) {
	t.Helper()
	var failed *providers.LoginError
	if !errors.As(err, &failed) || failed.Code != code {
		t.Errorf("error %v, want a *LoginError with the code %s", err, code)
	}
	if err != nil && strings.Contains(err.Error(), TokenMark) {
		t.Errorf("the error leaks: %v", err)
	}
}
