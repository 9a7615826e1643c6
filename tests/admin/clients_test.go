package admin_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestClients(t *testing.T) {
	s := play(t)
	_, id := s.owner(t, "ada@example.com")
	var added struct {
		Client struct {
			Name        string
			Accounts    []string
			MaxInFlight int `json:"max_in_flight"`
		}
		Token string
	}
	s.want(t, http.StatusCreated, call{method: "POST", path: "/clients", body: `{"name":"desk","accounts":["` + id + `"],"models":["claude-haiku-*"],"daily_tokens":1000,"max_in_flight":2}`}).into(t, &added)
	if c := s.clients.Client(added.Token); c == nil || c.ID != "desk" || c.Accounts[0] != id || c.DailyTokens != 1000 || c.Models[0] != "claude-haiku-*" || added.Client.MaxInFlight != 2 {
		t.Errorf("added: %+v, the token is that of %+v", added, c)
	}
	for body, status := range map[string]int{
		`{"name":"desk"}`:                                http.StatusConflict,
		`{"name":"no name"}`:                             http.StatusUnprocessableEntity,
		`{"name":"a","providers":["nobody"]}`:            http.StatusUnprocessableEntity,
		`{"name":"a","max_wait_ms":9223372036854775807}`: http.StatusUnprocessableEntity,
		`{"name":"a","models":[""]}`:                     http.StatusUnprocessableEntity,
		`{"name":"a","accounts":["nobody"]}`:             http.StatusUnprocessableEntity,
	} {
		s.want(t, status, call{method: "POST", path: "/clients", body: body})
	}
	s.want(t, http.StatusUnprocessableEntity, call{method: "POST", path: "/clients", body: `{"name":"a","max_in_flight":-1}`, wrong: true})
	s.want(t, http.StatusUnprocessableEntity, call{method: "PATCH", path: "/clients/desk", body: `{"daily_tokens":-1}`, wrong: true})
	s.want(t, http.StatusOK, call{method: "PATCH", path: "/clients/desk", body: `{"accounts":[],"models":[],"max_wait_ms":1000,"priority":3}`})
	if c := s.clients.Client(added.Token); c == nil || len(c.Accounts) != 0 || c.MaxInFlight != 2 || c.MaxWait.Milliseconds() != 1000 || c.Priority != 3 {
		t.Errorf("changed: %+v", c)
	}
	r := s.want(t, http.StatusOK, call{method: "GET", path: "/clients"})
	if !strings.Contains(r.text, "laptop") || strings.Contains(r.text, added.Token) {
		t.Errorf("listed: %s", r.text)
	}
	s.want(t, http.StatusNoContent, call{method: "DELETE", path: "/clients/desk"})
	for _, method := range []string{"GET", "DELETE"} {
		s.want(t, http.StatusNotFound, call{method: method, path: "/clients/desk"})
	}
	s.want(t, http.StatusNotFound, call{method: "PATCH", path: "/clients/desk", body: `{"priority":1}`})
	if s.clients.Client(added.Token) != nil {
		t.Error("its token is right still")
	}
}

// What another version stored of a client stays.
func TestChangeKeepsWhatIsNotKnown(t *testing.T) {
	s := play(t)
	path := s.file("clients.json")
	before, err := os.ReadFile(path)
	rig.Must(t, err)
	rig.Must(t, os.WriteFile(path, []byte(strings.Replace(string(before), `"id"`, `"colour": "blue", "id"`, 1)), 0o600))
	s.want(t, http.StatusOK, call{method: "PATCH", path: "/clients/laptop", body: `{"priority":1,"max_wait_ms":0}`})
	after, err := os.ReadFile(path)
	rig.Must(t, err)
	if text := string(after); !strings.Contains(text, `"colour": "blue"`) || strings.Contains(text, "max_wait_ms") || !strings.Contains(text, `"priority": 1`) {
		t.Errorf("stored: %s", text)
	}
	if c := s.clients.Client(s.client); c == nil || c.Priority != 1 {
		t.Errorf("the client is %+v", c)
	}
}
