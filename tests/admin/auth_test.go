package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway/admin"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestWhoMayAsk(t *testing.T) {
	t.Parallel()
	s := play(t)
	for name, header := range map[string]http.Header{
		"no token":          {"Authorization": nil},
		"a client's token":  {"Authorization": {"Bearer " + s.client}},
		"another scheme":    {"Authorization": {"Basic " + s.token}},
		"a part of it":      {"Authorization": {"Bearer " + s.token[:len(s.token)-1]}},
		"nothing":           {"Authorization": {"Bearer "}},
		"two":               {"Authorization": {"Bearer " + s.token, "Bearer " + s.token}},
		"in another header": {"Authorization": nil, "X-Api-Key": {s.token}},
		"as a cookie":       {"Authorization": nil, "Cookie": {"token=" + s.token}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := s.send(t, call{method: "GET", path: "/accounts", header: header, wrong: header.Get("Authorization") == "" || strings.HasPrefix(header.Get("Authorization"), "Basic")})
			if r.status != http.StatusUnauthorized || !strings.Contains(r.text, "multiaccount admin token") || !strings.Contains(r.header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("HTTP %d: %s", r.status, r.text)
			}
		})
	}
}

func TestWrongTokensAreSlow(t *testing.T) {
	t.Parallel()
	s := play(t)
	begun := time.Now()
	s.want(t, http.StatusUnauthorized, call{method: "GET", path: "/health", header: http.Header{"Authorization": {"Bearer guess"}}})
	if took := time.Since(begun); took < 500*time.Millisecond {
		t.Errorf("it took %v", took)
	}
}

// Another process makes a new token, and the one before is worth nothing.
func TestRenewedToken(t *testing.T) {
	s := play(t)
	stop := s.tokens.Follow(func(err error) { t.Error(err) })
	defer stop()
	other, err := admin.OpenToken(s.file("admin.json"))
	rig.Must(t, err)
	token, err := other.Renew(t.Context())
	rig.Must(t, err)
	rig.Until(t, "the new token to be taken over", func() bool { return s.tokens.Check(token) })
	if s.tokens.Check(s.token) {
		t.Error("the token before is right still")
	}
}

// A page that the owner is logged in to needs no token.
func TestAuthorizedPage(t *testing.T) {
	s := play(t, func(c *admin.Config) {
		c.Authorize = func(r *http.Request) bool { return r.Header.Get("Cookie") == "session=1" }
	})
	s.want(t, http.StatusOK, call{method: "GET", path: "/accounts", header: http.Header{"Authorization": nil, "Cookie": {"session=1"}}, wrong: true})
	s.want(t, http.StatusUnauthorized, call{method: "GET", path: "/accounts", header: http.Header{"Authorization": nil, "Cookie": {"session=2"}}, wrong: true})
	s.want(t, http.StatusUnauthorized, call{method: "GET", path: "/accounts", header: http.Header{"Authorization": {"Bearer x"}, "Cookie": {"session=1"}}})
}

// Web pages of others have no way in; what refuses them is the gateway's own.
func TestOtherPages(t *testing.T) {
	s := play(t)
	for name, value := range map[string]string{"Host": "evil.example", "Origin": "https://evil.example"} {
		req := s.request(t, call{method: "GET", path: "/accounts", header: http.Header{name: {value}}})
		resp, err := http.DefaultClient.Do(req)
		rig.Must(t, err)
		rig.Must(t, resp.Body.Close())
		http.DefaultClient.CloseIdleConnections()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s %s: HTTP %d", name, value, resp.StatusCode)
		}
	}
}

func TestBadBodies(t *testing.T) {
	s := play(t)
	for body, status := range map[string]int{
		`{"name":"a","colour":"blue"}`: http.StatusBadRequest,
		`{"name":1}`:                   http.StatusBadRequest,
		`{"name":"a"} {}`:              http.StatusBadRequest,
		`[]`:                           http.StatusBadRequest,
		`{`:                            http.StatusBadRequest,
		`{"name":"` + strings.Repeat("a", 513<<10) + `"}`: http.StatusRequestEntityTooLarge,
	} {
		r := s.want(t, status, call{method: "POST", path: "/clients", body: body, wrong: status == http.StatusBadRequest})
		if !strings.HasPrefix(r.header.Get("Content-Type"), "application/problem+json") {
			t.Errorf("%.40s: %v", body, r.header)
		}
	}
	s.want(t, http.StatusBadRequest, call{method: "POST", path: "/accounts", body: `{"provider":"anthropic","api_key":4711}`, wrong: true})
	s.want(t, http.StatusUnsupportedMediaType, call{method: "POST", path: "/clients", body: `{"name":"a"}`, header: http.Header{"Content-Type": {"text/plain"}}, wrong: true})
}

func TestWrongMethodsAndPaths(t *testing.T) {
	s := play(t)
	r := s.want(t, http.StatusMethodNotAllowed, call{method: "PUT", path: "/accounts", body: "{}"})
	if r.header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow is %q", r.header.Get("Allow"))
	}
	for _, path := range []string{"/", "/nothing", "/accounts/", "/accounts/x/y", "/accounts/x/enable/y"} {
		req := s.request(t, call{method: "GET", path: path})
		resp, err := http.DefaultClient.Do(req)
		rig.Must(t, err)
		rig.Must(t, resp.Body.Close())
		http.DefaultClient.CloseIdleConnections()
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: HTTP %d", path, resp.StatusCode)
		}
	}
	for _, action := range []string{"enable", "disable", "pin", "unpin", "reset", "refresh", "refresh-usage", "adopt"} {
		s.want(t, http.StatusNotFound, call{method: "POST", path: "/accounts/nobody/" + action})
	}
	s.want(t, http.StatusNotFound, call{method: "GET", path: "/accounts?provider=nobody"})
}

// What is being stopped refuses all.
func TestClosed(t *testing.T) {
	s := play(t)
	l := s.login(t, http.StatusCreated, call{method: "POST", path: "/logins", body: `{"provider":"openai","method":"paste"}`})
	if l.State != "waiting" {
		t.Errorf("the login is %+v", l)
	}
	s.admin.Close()
	s.want(t, http.StatusServiceUnavailable, call{method: "GET", path: "/accounts"})
}
