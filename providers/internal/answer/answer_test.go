package answer_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

var now = time.Date(2026, 3, 25, 21, 0, 0, 0, time.UTC)

func TestParseErrorReadsEveryForm(t *testing.T) {
	for body, want := range map[string]answer.Error{
		`{"type":"error","error":{"type":"rate_limit_error","message":"m"},"request_id":"r"}`: {Type: "rate_limit_error", Message: "m"},
		`{"error":{"message":"m","type":"t","code":"c","param":null}}`:                        {Type: "t", Code: "c", Message: "m"},
		`{"error":"invalid_grant","error_description":"d"}`:                                   {Code: "invalid_grant"},
		`{"error":"Unauthorized","code":"token_expired"}`:                                     {Code: "token_expired", Message: "Unauthorized"},
		`{"detail":{"code":"deactivated_workspace"}}`:                                         {Code: "deactivated_workspace"},
		`{"detail":"Not authenticated"}`:                                                      {Message: "Not authenticated"},
		`{"code":"c","message":"m"}`:                                                          {Code: "c", Message: "m"},
		`{"error":{"type":"t","code":429,"message":["m"]}}`:                                   {Type: "t"},
		`{"error":{"verification_url":"https://e.example/v"}}`:                                {URL: "https://e.example/v"},
		`{"error":"You exceeded your current quota"}`:                                         {Message: "You exceeded your current quota"},
		`{"error":"Nothing left","message":"m"}`:                                              {Message: "m"},
		`{"error":{"type":"t","rate_limit_reached_type":"l"}}`:                                {Type: "t", Limit: "l"},
		`{"error":{"type":"t","rate_limit_reached_type":{"type":"l"}}}`:                       {Type: "t", Limit: "l"},
		`{"error":{"type":"t","details":{"error_code":"c"}}}`:                                 {Type: "t", Code: "c"},
		`{"error":{"type":"t","details":[{"error_code":"c"}]}}`:                               {Type: "t"},
		`{"error":{"type":7,"message":{},"rate_limit_reached_type":[],"details":"x"}}`:        {},
		`{"error":[1]}`:         {},
		`{"error":null}`:        {},
		`[{"error":"c"}]`:       {},
		`"invalid_grant"`:       {},
		`<p>invalid_grant</p>`:  {},
		`{"error":"invalid_gra`: {},
		``:                      {},
	} {
		if got := answer.ParseError([]byte(body)); got != want {
			t.Errorf("ParseError(%s) = %+v, want %+v", body, got, want)
		}
	}
}

func TestWordKeepsOnlyCodes(t *testing.T) {
	for _, good := range []string{"rate_limit_exceeded", "529", "a"} {
		if answer.Word(good) != good {
			t.Errorf("Word(%q) = %q", good, answer.Word(good))
		}
	}
	for _, bad := range []string{"Invalid Grant", "sk-ant-oat01-x", "rt_Secret", "a\nb", "<b>", strings.Repeat("a", 65), "é"} {
		if got := answer.Word(bad); got != "" {
			t.Errorf("Word(%q) = %q, want nothing", bad, got)
		}
	}
	if got := (answer.Error{Code: "Not A Code", Type: "api_error"}).Word(); got != "api_error" {
		t.Errorf("Word of an error with a garbled code = %q, want its type", got)
	}
}

func TestClassOfEveryStatus(t *testing.T) {
	for class, statuses := range map[account.Class][]int{
		account.ClassNetwork:      {-1, 0},
		account.ClassSuccess:      {101, 200, 204, 206, 299, 302, 304, 399},
		account.ClassRetry:        {408, 409},
		account.ClassCaller:       {400, 404, 405, 413, 415, 422, 426, 451, 499},
		account.ClassUnauthorized: {401},
		account.ClassLimited:      {402, 429},
		account.ClassForbidden:    {403},
		account.ClassServerError:  {500, 501, 502, 503, 504, 520, 599, 999},
		account.ClassOverloaded:   {529},
	} {
		for _, status := range statuses {
			if got := answer.Class(status); got != class {
				t.Errorf("Class(%d) = %v, want %v", status, got, class)
			}
		}
	}
}

// Google refuses a key with the status and the code of a request that is wrong; the
// account is, not the request.
func TestClassifyRefusedKeys(t *testing.T) {
	for message, want := range map[string]account.Class{
		"API key not valid. Please pass a valid API key.":                    account.ClassRevoked,
		"API key expired. Please renew the API key.":                         account.ClassRevoked,
		"Your API key was reported as leaked. Please use another API key.":   account.ClassRevoked,
		"Invalid JSON payload received. The API key not valid is in a text.": account.ClassCaller,
	} {
		body := fmt.Appendf(nil, `{"error":{"code":400,"message":%q,"status":"INVALID_ARGUMENT"}}`, message)
		if got, _ := answer.Classify(providers.Answer{Status: http.StatusBadRequest, Body: body, Now: now}, answer.CommonRules); got.Class != want {
			t.Errorf("%s: %v, want %v", message, got.Class, want)
		}
	}
}

func TestClassifyTellsCapacityFromLimits(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   account.Class
	}{
		"503 overloaded":  {503, `{"error":{"code":"server_is_overloaded"}}`, account.ClassOverloaded},
		"429 slow down":   {429, `{"error":{"code":"slow_down"}}`, account.ClassOverloaded},
		"500 by type":     {500, `{"error":{"type":"overloaded_error"}}`, account.ClassOverloaded},
		"503 at capacity": {503, `{"error":{"code":"model_at_capacity"}}`, account.ClassOverloaded},
		"429 limit":       {429, `{"error":{"code":"rate_limit_exceeded"}}`, account.ClassLimited},
		"400 by name":     {400, `{"error":{"type":"overloaded_error"}}`, account.ClassCaller},
		"503 page":        {503, `<html>server_is_overloaded</html>`, account.ClassServerError},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := answer.Classify(providers.Answer{Status: c.status, Body: []byte(c.body), Now: now}, answer.CommonRules)
			if got.Class != c.want || got.Status != c.status {
				t.Errorf("Class = %v, Status = %d; want %v", got.Class, got.Status, c.want)
			}
		})
	}
}

func TestClassifyForbidden(t *testing.T) {
	html := http.Header{"Content-Type": {"Text/HTML; charset=UTF-8"}}
	for name, c := range map[string]struct {
		header http.Header
		body   string
		want   account.Class
		url    string
	}{
		"page":                  {html, `<p>verify at https://e.example</p>`, account.ClassChallenge, ""},
		"page without its type": {nil, " \n<!DOCTYPE html><html>", account.ClassChallenge, ""},
		"xhtml":                 {http.Header{"Content-Type": {"application/xhtml+xml"}}, "", account.ClassChallenge, ""},
		"Cloudflare's mark":     {http.Header{"Cf-Mitigated": {"challenge"}}, `{"error":{}}`, account.ClassChallenge, ""},
		"AWS' mark":             {http.Header{"X-Amzn-Waf-Action": {"captcha"}}, "", account.ClassChallenge, ""},
		"Cloudflare's number":   {nil, "error code: 1020", account.ClassChallenge, ""},
		"behind Cloudflare":     {http.Header{"Server": {"cloudflare"}}, `{"error":{"code":"x"}}`, account.ClassForbidden, ""},
		"empty":                 {nil, "", account.ClassForbidden, ""},
		"field":                 {nil, `{"error":{"verification_url":"https://e.example/v?x=1"}}`, account.ClassVerification, "https://e.example/v?x=1"},
		"link in the message":   {nil, `{"error":{"message":"Verify your account: https://e.example/v."}}`, account.ClassVerification, "https://e.example/v"},
		"link in quotes":        {nil, `{"error":{"message":"please verify at \"https://e.example/v\" now"}}`, account.ClassVerification, "https://e.example/v"},
		"code alone":            {nil, `{"error":{"code":"verification_required"}}`, account.ClassVerification, ""},
		"word without a link":   {nil, `{"error":{"message":"must be verified"}}`, account.ClassForbidden, ""},
		"link without the word": {nil, `{"error":{"message":"see https://e.example/docs"}}`, account.ClassForbidden, ""},
		"insecure link":         {nil, `{"error":{"message":"verify at http://e.example"}}`, account.ClassForbidden, ""},
		"link with a user":      {nil, `{"error":{"message":"verify at https://openai.com@e.example"}}`, account.ClassForbidden, ""},
		"link to nowhere":       {nil, `{"error":{"message":"verify at https://"}}`, account.ClassForbidden, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := answer.Classify(providers.Answer{Status: http.StatusForbidden, Header: c.header, Body: []byte(c.body), Now: now}, answer.CommonRules)
			if got.Class != c.want || got.URL != c.url {
				t.Errorf("got %v %q, want %v %q", got.Class, got.URL, c.want, c.url)
			}
		})
	}
}

func FuzzClassify(f *testing.F) {
	f.Add(403, "application/json", []byte(`{"error":{"message":"verify https://e.example/v"}}`))
	f.Add(429, "text/html", []byte(`{"error":{"code":"slow_down"}}`))
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		got, _ := answer.Classify(providers.Answer{
			Status: status, Header: http.Header{"Content-Type": {kind}}, Body: body, Now: now,
		}, answer.CommonRules)
		if got.URL != "" && (got.Class != account.ClassVerification || !strings.HasPrefix(got.URL, "https://")) {
			t.Errorf("%v with the URL %q", got.Class, got.URL)
		}
		if got.Code != answer.Word(got.Code) {
			t.Errorf("the code %q is no word", got.Code)
		}
	})
}
