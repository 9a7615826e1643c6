package admin_test

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// The description is one of OpenAPI 3.1, and it is the one that is served.
func TestDescription(t *testing.T) {
	s := play(t)
	if ok, errs := described().ValidateDocument(); !ok {
		for _, err := range errs {
			t.Errorf("%s %v", err, err.SchemaValidationErrors)
		}
	}
	text, err := os.ReadFile("../../gateway/admin/openapi.json")
	rig.Must(t, err)
	if r := s.want(t, http.StatusOK, call{method: "GET", path: "/openapi.json"}); r.text != string(text) {
		t.Error("another description is served")
	}
}

// operations are those of the description, as "GET /accounts".
func operations(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../gateway/admin/openapi.json")
	rig.Must(t, err)
	var description struct{ Paths map[string]map[string]any }
	rig.Must(t, json.Unmarshal(text, &description))
	var all []string
	for path, item := range description.Paths {
		for member := range item {
			if member != "parameters" {
				all = append(all, strings.ToUpper(member)+" "+path)
			}
		}
	}
	slices.Sort(all)
	return all
}

// Each operation that is described is done once, and done well. Its answer is held
// against the description, as all answers are in these tests.
func TestEachOperation(t *testing.T) {
	s := play(t)
	_, id := s.owner(t, "ada@example.com")
	key := rig.Add(t, rig.Pool(t, s.engine, "anthropic"), rig.Key(s.srv.AddAccount(providertest.Account{Email: "key@example.com"})))
	linked := s.linked(t)
	rig.MustAsk(t, rig.Client(t, rig.Pool(t, s.engine, "anthropic")), s.srv.URL)
	fresh := s.srv.AddAccount(providertest.Account{Email: "new@example.com"}).APIKey()
	other := s.srv.AddAccount(providertest.Account{Email: "other@example.com"}).APIKey()
	made := map[string]string{}
	done := map[string]bool{"GET /events": true} // which does not end: see TestEvents
	for _, step := range []struct {
		operation, body string
		status          int
	}{
		{"GET /health", "", 200},
		{"GET /openapi.json", "", 200},
		{"GET /pools", "", 200},
		{"GET /accounts", "", 200},
		{"GET /accounts/{account}", "", 200},
		{"POST /accounts", `{"provider":"anthropic","api_key":"` + fresh + `","label":"new"}`, 201},
		{"PUT /accounts/{key}/key", `{"api_key":"` + other + `"}`, 200},
		{"PATCH /accounts/{account}", `{"label":"work","max_in_flight":4}`, 200},
		{"POST /accounts/{account}/disable", "", 200},
		{"POST /accounts/{account}/enable", "", 200},
		{"POST /accounts/{account}/pin", "", 200},
		{"POST /accounts/{account}/unpin", "", 200},
		{"POST /accounts/{account}/reset", "", 200},
		{"POST /accounts/{account}/refresh", "", 200},
		{"POST /accounts/{account}/refresh-usage", "", 200},
		{"POST /accounts/{linked}/adopt", "", 200},
		{"GET /decisions", "", 200},
		{"GET /decisions/{provider}/{decision}", "", 200},
		{"GET /settings", "", 200},
		{"GET /settings/schema", "", 200},
		{"POST /settings/validate", document(t, "{}"), 200},
		{"PATCH /settings", `{"key":"max_attempts","value":4}`, 200},
		{"PUT /settings", document(t, settingsText), 200},
		{"GET /clients", "", 200},
		{"POST /clients", `{"name":"desk"}`, 201},
		{"GET /clients/{client}", "", 200},
		{"PATCH /clients/{client}", `{"priority":1}`, 200},
		{"DELETE /clients/{client}", "", 204},
		{"GET /usage", "", 200},
		{"GET /usage/series", "", 200},
		{"POST /logins", `{"provider":"openai","method":"paste"}`, 201},
		{"GET /logins", "", 200},
		{"GET /logins/{login}", "", 200},
		{"POST /logins/{login}/finish", `{"code":"https://claude.ai/"}`, 200},
		{"DELETE /logins/{login}", "", 204},
		{"DELETE /accounts/{account}", "", 204},
	} {
		method, path, _ := strings.Cut(step.operation, " ")
		done[method+" "+strings.NewReplacer("{key}", "{account}", "{linked}", "{account}").Replace(path)] = true
		path = strings.NewReplacer("{account}", id, "{key}", key, "{linked}", linked, "{client}", "desk", "{login}", made["POST /logins"],
			"{provider}", "anthropic", "{decision}", made["GET /decisions"]).Replace(path)
		c := call{method: method, path: path, body: step.body}
		if step.operation == "PUT /settings" {
			c.header = http.Header{"If-Match": {"*"}}
		}
		made[step.operation] = idOf(s.want(t, step.status, c).text)
	}
	for _, operation := range operations(t) {
		if !done[operation] {
			t.Errorf("%s is not done", operation)
		}
	}
}

// idOf returns the first id of an answer, empty without one.
func idOf(text string) string {
	_, id, _ := strings.Cut(text, `"id":"`)
	id, _, _ = strings.Cut(id, `"`)
	return id
}

// linked adds an account that is linked to a file of Claude Code.
func (s *scene) linked(t *testing.T) string {
	t.Helper()
	h := s.srv.AddAccount(providertest.Account{Email: "linked@example.com"})
	data, err := json.Marshal(map[string]any{"claudeAiOauth": map[string]any{
		"accessToken": h.AccessToken(), "refreshToken": h.RefreshToken(), "expiresAt": h.ExpiresAt().UnixMilli(),
	}})
	rig.Must(t, err)
	path := s.file(".credentials.json")
	rig.Must(t, os.WriteFile(path, data, 0o600))
	report, err := s.engine.Import(t.Context(), multiaccount.ImportOptions{Paths: []string{path}})
	rig.Must(t, err)
	return report[0].AccountID
}
