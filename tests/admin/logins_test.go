package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// login is what tests read of a login.
type login struct {
	ID, State, URL, Problem, Error, Account string
	UserCode                                string `json:"user_code"`
	CodeShown                               bool   `json:"code_shown"`
	Known                                   bool
	OtherAccount                            bool `json:"other_account"`
}

func (s *scene) login(t *testing.T, status int, c call) login {
	t.Helper()
	var l login
	s.want(t, status, c).into(t, &l)
	return l
}

// approve is the owner at the provider's page: it returns where the browser is
// sent back to.
func approve(t *testing.T, address string) *url.URL {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(address)
	rig.Must(t, err)
	rig.Must(t, resp.Body.Close())
	back, err := resp.Location()
	rig.Must(t, err)
	return back
}

func TestLoginByPaste(t *testing.T) {
	s := play(t)
	s.srv.AddAccount(providertest.Account{Email: "ada@example.com"})
	l := s.login(t, http.StatusCreated, call{method: "POST", path: "/logins", body: `{"provider":"anthropic","method":"paste","label":"work"}`})
	if l.State != "waiting" || !l.CodeShown {
		t.Fatalf("started: %+v", l)
	}
	if l := s.login(t, http.StatusOK, call{method: "POST", path: "/logins/" + l.ID + "/finish", body: `{"code":"code#of-another-login"}`}); l.State != "waiting" || l.Problem == "" {
		t.Errorf("a wrong code: %+v", l)
	}
	query := approve(t, l.URL).Query()
	code := query.Get("code") + "#" + query.Get("state")
	done := s.login(t, http.StatusOK, call{method: "POST", path: "/logins/" + l.ID + "/finish", body: `{"code":"` + code + `"}`})
	if done.State != "done" || done.Known || done.Problem != "" {
		t.Fatalf("finished: %+v", done)
	}
	if a := s.account(t, call{method: "GET", path: "/accounts/" + done.Account}); a.Label != "work" {
		t.Errorf("the account is %+v", a)
	}
	s.want(t, http.StatusConflict, call{method: "POST", path: "/logins/" + l.ID + "/finish", body: `{"code":"` + code + `"}`})
	if all := s.want(t, http.StatusOK, call{method: "GET", path: "/logins"}); !strings.Contains(all.text, l.ID) {
		t.Errorf("listed: %s", all.text)
	}
	s.want(t, http.StatusNoContent, call{method: "DELETE", path: "/logins/" + l.ID})
	s.want(t, http.StatusNotFound, call{method: "GET", path: "/logins/" + l.ID})
}

// A new login for an account says whose it was.
func TestLoginAgain(t *testing.T) {
	s := play(t)
	h, id := s.owner(t, "ada@example.com")
	h.Revoke()
	h.Approve()
	l := s.login(t, http.StatusCreated, call{method: "POST", path: "/logins", body: `{"provider":"anthropic","method":"browser","account":"` + id + `"}`})
	resp, err := http.Get(approve(t, l.URL).String())
	rig.Must(t, err)
	rig.Must(t, resp.Body.Close())
	http.DefaultClient.CloseIdleConnections()
	l = s.login(t, http.StatusOK, call{method: "GET", path: "/logins/" + l.ID + "?wait=20"})
	if l.State != "done" || l.Account != id || !l.Known || l.OtherAccount {
		t.Errorf("logged in: %+v", l)
	}
	s.want(t, http.StatusConflict, call{method: "POST", path: "/logins", body: `{"provider":"openai","method":"device","account":"` + id + `"}`})
}

func TestLoginByDevice(t *testing.T) {
	s := play(t)
	h := s.srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: "bob@example.com"})
	l := s.login(t, http.StatusCreated, call{method: "POST", path: "/logins", body: `{"provider":"openai","method":"device"}`})
	if l.State != "waiting" || l.UserCode == "" || l.URL == "" {
		t.Fatalf("started: %+v", l)
	}
	if l := s.login(t, http.StatusOK, call{method: "GET", path: "/logins/" + l.ID}); l.State != "waiting" {
		t.Errorf("not approved yet: %+v", l)
	}
	if !h.ApproveDevice(l.UserCode) {
		t.Fatal("no login waits for the code")
	}
	if l = s.login(t, http.StatusOK, call{method: "GET", path: "/logins/" + l.ID + "?wait=30"}); l.State != "done" {
		t.Errorf("logged in: %+v", l)
	}
}

// What cannot be started is told at once, and is not listed.
func TestLoginsThatCannotBe(t *testing.T) {
	s := play(t)
	for body, status := range map[string]int{
		`{"provider":"nobody","method":"paste"}`:                                               http.StatusNotFound,
		`{"provider":"anthropic","method":"device"}`:                                           http.StatusUnprocessableEntity,
		`{"provider":"anthropic","method":"paste","account":"nobody"}`:                         http.StatusNotFound,
		`{"provider":"anthropic","method":"paste","label":"` + strings.Repeat("x", 101) + `"}`: http.StatusUnprocessableEntity,
	} {
		s.want(t, status, call{method: "POST", path: "/logins", body: body})
	}
	s.want(t, http.StatusUnprocessableEntity, call{method: "POST", path: "/logins", body: `{"provider":"anthropic","method":"magic"}`, wrong: true})
	if all := s.want(t, http.StatusOK, call{method: "GET", path: "/logins"}); strings.TrimSpace(all.text) != "[]" {
		t.Errorf("listed: %s", all.text)
	}
	for range 8 {
		s.want(t, http.StatusCreated, call{method: "POST", path: "/logins", body: `{"provider":"anthropic","method":"paste"}`})
	}
	s.want(t, http.StatusTooManyRequests, call{method: "POST", path: "/logins", body: `{"provider":"anthropic","method":"paste"}`})
}
