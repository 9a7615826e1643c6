package openai_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

func TestCheckKey(t *testing.T) {
	for name, test := range map[string]struct {
		status  int
		body    string
		refused bool
		unknown bool
	}{
		"works":      {200, `{"data":[]}`, false, false},
		"wrong":      {401, `{"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","code":"invalid_api_key"}}`, true, false},
		"restricted": {401, `{"error":{"message":"You have insufficient permissions for this operation. Missing scopes: api.model.read.","code":null}}`, false, false},
		"forbidden":  {403, `{"error":{"message":"no","code":"unsupported_country"}}`, false, true},
		"a page":     {401, `<html>`, false, true},
		"elsewhere":  {404, `{}`, false, true},
		"in trouble": {503, `{}`, false, true},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v1/models" || r.Header.Get("Authorization") != "Bearer sk-proj-x" {
				t.Errorf("%s: asked %s with %q", name, r.URL.Path, r.Header.Get("Authorization"))
			}
			w.WriteHeader(test.status)
			_, _ = io.WriteString(w, test.body)
		}))
		for _, o := range []openai.Options{{BaseURL: srv.URL + "/v1/"}, {Route: &openai.Route{KeyURL: srv.URL + "/v1"}}} {
			err := openai.New(o).CheckKey(t.Context(), account.NewSecret("sk-proj-x"))
			var refused *providers.KeyRefusedError
			if errors.As(err, &refused) != test.refused || (err != nil) != (test.refused || test.unknown) {
				t.Errorf("%s: %v", name, err)
			}
		}
		srv.Close()
	}
}

func TestIssuesKey(t *testing.T) {
	p := openai.New(openai.Options{})
	for key, want := range map[string]bool{
		"sk-proj-a": true, "sk-svcacct-a": true, "sk-aaaaT3BlbkFJaaaa": true, "sk-1234": false, "sk-ant-api03-a": false, "": false,
	} {
		if p.IssuesKey(account.NewSecret(key)) != want {
			t.Errorf("%s: want %v", key, want)
		}
	}
}
