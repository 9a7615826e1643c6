package login_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func TestBrowserLogsIn(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "[::1]", "localhost"} {
		srv, owner := fake(t, providertest.Anthropic)
		r := start(t.Context(), t, newAnthropic(srv))
		back := approve(t, r.address)
		if back.Hostname() != "localhost" || back.Path != "/callback" {
			t.Errorf("the browser is sent to %s", back)
		}
		address := strings.Replace(back.String(), "localhost", host, 1)
		status, header, page := visit(t, http.MethodGet, address, "")
		if err := <-r.ended; err != nil {
			t.Fatalf("%s: %v", host, err)
		}
		if r.grant.AccessToken.Reveal() != owner.AccessToken() || r.grant.Email != "ada@example.com" {
			t.Errorf("%s: grant %+v", host, r.grant)
		}
		if status != http.StatusOK || !strings.Contains(page, "You are logged in to Anthropic") || !strings.Contains(page, "close this window") {
			t.Errorf("%s: page %d %s", host, status, page)
		}
		hasNoSecret(t, page)
		safe(t, header)
		if _, _, after := visit(t, http.MethodGet, address, ""); !strings.Contains(after, "refused") {
			t.Errorf("%s: somebody still listens: %s", host, after)
		}
	}
}

// safe checks the headers that every page must have.
func safe(t *testing.T, h http.Header) {
	t.Helper()
	policy := h.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("Content-Security-Policy %q", policy)
	}
	for name, want := range map[string]string{
		"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "no-store",
	} {
		if h.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, h.Get(name), want)
		}
	}
}

// What others send changes nothing: the owner's own browser still logs in.
func TestBrowserIgnoresStrangers(t *testing.T) {
	srv, owner := fake(t, providertest.Anthropic)
	r := start(t.Context(), t, newAnthropic(srv))
	back := approve(t, r.address)
	const script = `"><script>alert(1)</script>`
	for name, c := range map[string]struct {
		method, address, host string
		status                int
	}{
		"wrong state":          {"GET", with(back, "state", "another"), "", 400},
		"no state":             {"GET", with(back, "state", ""), "", 400},
		"two states":           {"GET", back.String() + "&state=another", "", 400},
		"a refusal, no state":  {"GET", with(back, "state", "", "code", "", "error", "access_denied"), "", 400},
		"neither code nor no":  {"GET", with(back, "code", ""), "", 400},
		"a script":             {"GET", with(back, "state", script, "error", script), "", 400},
		"another name":         {"GET", back.String(), "evil.example:" + back.Port(), 421},
		"the name alone":       {"GET", back.String(), "evil.example", 421},
		"another port":         {"GET", back.String(), "localhost:1", 421},
		"another path":         {"GET", strings.Replace(back.String(), "/callback", "/"+"x", 1), "", 404},
		"a path with a script": {"GET", strings.Replace(back.String(), "/callback", "/%22%3E%3Cscript%3E", 1), "", 404},
		"a form":               {"POST", back.String(), "", 405},
	} {
		status, header, page := visit(t, c.method, c.address, c.host)
		if status != c.status || !strings.Contains(page, "not the login under way") {
			t.Errorf("%s: status %d, page %s", name, status, page)
		}
		if strings.Contains(page, "script") || strings.Contains(page, "evil") {
			t.Errorf("%s: the page reflects what was sent: %s", name, page)
		}
		hasNoSecret(t, page)
		safe(t, header)
	}
	if status, _, page := visit(t, http.MethodGet, back.String(), ""); status != http.StatusOK {
		t.Errorf("the owner is refused: %d %s", status, page)
	}
	if err := <-r.ended; err != nil || r.grant.RefreshToken.Reveal() != owner.RefreshToken() {
		t.Errorf("login: %v", err)
	}
}

func TestBrowserTakesACodeOnce(t *testing.T) {
	srv, _ := fake(t, providertest.Anthropic)
	held := srv.HoldExchanges(providertest.BeforeSpending)
	r := start(t.Context(), t, newAnthropic(srv))
	back := approve(t, r.address)
	first := make(chan string, 1)
	go func() {
		_, _, page := visit(t, http.MethodGet, back.String(), "")
		first <- page
	}()
	if err := held.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if status, _, page := visit(t, http.MethodGet, back.String(), ""); status != http.StatusGone || !strings.Contains(page, "login is over") {
		t.Errorf("the second time: %d %s", status, page)
	}
	held.Release()
	if page := <-first; !strings.Contains(page, "You are logged in") {
		t.Errorf("the first time: %s", page)
	}
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
}

func TestBrowserTellsARefusal(t *testing.T) {
	srv := providertest.New(providertest.Options{}) // nobody can log in
	defer srv.Close()
	r := start(t.Context(), t, newAnthropic(srv))
	_, _, page := visit(t, http.MethodGet, approve(t, r.address).String(), "")
	var denied *login.DeniedError
	if err := <-r.ended; !errors.As(err, &denied) || denied.Code != "access_denied" || denied.Provider != "anthropic" {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(page, "refused") || !strings.Contains(page, "access_denied") || strings.Contains(page, "logged in") {
		t.Errorf("page %s", page)
	}
}

func TestBrowserShowsNoErrorThatIsNoWord(t *testing.T) {
	srv, _ := fake(t, providertest.Anthropic)
	r := start(t.Context(), t, newAnthropic(srv))
	back := with(approve(t, r.address), "code", "", "error", "<b>\x1b[31mgive me your password", "error_description", "call 555")
	_, _, page := visit(t, http.MethodGet, back, "")
	err := <-r.ended
	for _, text := range []string{page, err.Error()} {
		if strings.Contains(text, "password") || strings.Contains(text, "555") || !strings.Contains(text, "an unknown error") {
			t.Errorf("text %q", text)
		}
	}
}

func TestBrowserTellsThatTheExchangeFailed(t *testing.T) {
	srv, _ := fake(t, providertest.Anthropic)
	r := start(t.Context(), t, newAnthropic(srv))
	back := with(approve(t, r.address), "code", "made-up")
	_, _, page := visit(t, http.MethodGet, back, "")
	var failed *providers.LoginError
	if err := <-r.ended; !errors.As(err, &failed) || failed.Code != "invalid_grant" {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(page, "did not work") || strings.Contains(page, "made-up") {
		t.Errorf("page %s", page)
	}
}

func TestBrowserEndsWithItsContext(t *testing.T) {
	srv, _ := fake(t, providertest.Anthropic)
	late := errors.New("too late")
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, late)
	defer cancel()
	r := start(ctx, t, newAnthropic(srv))
	if err := <-r.ended; !errors.Is(err, late) {
		t.Errorf("error %v", err)
	}
	if _, err := net.Dial("tcp", redirectOf(t, r.address).Host); err == nil {
		t.Error("somebody still listens")
	}
}

// A login that is called off while the code is exchanged leaves nothing behind.
func TestBrowserCalledOffDuringTheExchange(t *testing.T) {
	srv, _ := fake(t, providertest.Anthropic)
	held := srv.HoldExchanges(providertest.BeforeSpending)
	defer held.Release()
	ctx, cancel := context.WithCancel(t.Context())
	r := start(ctx, t, newAnthropic(srv))
	back, page := approve(t, r.address).String(), make(chan string, 1)
	go func() {
		_, _, text := visit(t, http.MethodGet, back, "")
		page <- text
	}()
	if err := held.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-r.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if text := <-page; !strings.Contains(text, "did not work") {
		t.Errorf("page %s", text)
	}
}

func TestBrowserThatCannotBeShownEnds(t *testing.T) {
	srv, _ := fake(t, providertest.Anthropic)
	boom := errors.New("boom")
	if _, err := login.Browser(t.Context(), newAnthropic(srv), func(string) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("error %v", err)
	}
}

// Whoever holds the port in either family would get the browser.
func TestBrowserNeedsItsPort(t *testing.T) {
	srv, _ := fake(t, providertest.OpenAI)
	for _, host := range []string{"127.0.0.1", "::1"} {
		taken, err := net.Listen("tcp", net.JoinHostPort(host, "1455"))
		if err != nil {
			t.Skipf("port 1455 of %s is not free for the test: %v", host, err)
		}
		_, err = login.Browser(t.Context(), newOpenAI(srv), func(string) error { t.Error("shown"); return nil })
		var port *login.PortTakenError
		if !errors.As(err, &port) || port.Port != 1455 || !strings.Contains(err.Error(), "end that program") {
			t.Errorf("%s: error %v", host, err)
		}
		if err := taken.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBrowserOfAProviderWithoutOne(t *testing.T) {
	if _, err := login.Browser(t.Context(), keysOnly(), nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("error %v", err)
	}
	if _, err := login.Device(t.Context(), keysOnly(), nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("error %v", err)
	}
}
