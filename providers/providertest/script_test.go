package providertest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// pair has one account of each flavour.
func pair(t *testing.T) (*providertest.Server, map[providertest.Flavour]*providertest.AccountHandle) {
	t.Helper()
	srv, _ := start(t)
	accts := map[providertest.Flavour]*providertest.AccountHandle{}
	for _, f := range []providertest.Flavour{providertest.Anthropic, providertest.OpenAI} {
		accts[f] = srv.AddAccount(providertest.Account{Flavour: f})
	}
	return srv, accts
}

func TestRefusals(t *testing.T) {
	const page = "https://example.com/verify"
	tests := map[string]struct {
		answer     providertest.Answer
		status     int
		kind, code string // Anthropic's type, OpenAI's code
		message    string // in both
	}{
		"unauthorized":   {providertest.Unauthorized(), 401, "authentication_error", "invalid_token", ""},
		"revoked":        {providertest.Revoked(), 403, "permission_error", "token_revoked", "has been revoked"},
		"entitlement":    {providertest.Entitlement(), 403, "permission_error", "feature_not_included", "plan"},
		"verification":   {providertest.Verification(page), 403, "permission_error", "verification_required", page},
		"organization":   {providertest.OrganizationForbidden(), 403, "permission_error", "organization_restricted", "organization"},
		"forbidden":      {providertest.Forbidden(), 403, "permission_error", "unsupported_country_region_territory", ""},
		"limited":        {providertest.Limited(), 429, "rate_limit_error", "", "limit"},
		"bad request":    {providertest.BadRequest(), 400, "invalid_request_error", "invalid_value", ""},
		"too large":      {providertest.TooLarge(), 413, "request_too_large", "request_too_large", "exceeds"},
		"server error":   {providertest.ServerError(), 500, "api_error", "", "server"},
		"unavailable":    {providertest.Unavailable(), 503, "api_error", "service_unavailable", "unavailable"},
		"scripted reply": {providertest.Reply(418, nil, `{"error":{"type":"t","code":"c","message":"m"}}`), 418, "t", "c", "m"},
	}
	srv, accts := pair(t)
	c := client(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			srv.Script(providertest.Match{}, test.answer, test.answer)
			for flavour, acct := range accts {
				got := do(t, c, ask(t, srv, acct, question))
				field, want := "type", test.kind
				if flavour == providertest.OpenAI {
					field, want = "code", test.code
				}
				if word, _ := got.field(t, "error", field).(string); got.status != test.status || word != want {
					t.Errorf("%s: %d %s, want %d %s", flavour, got.status, got.body, test.status, want)
				}
				if message := got.text(t, "error", "message"); !strings.Contains(strings.ToLower(message), test.message) {
					t.Errorf("%s: message %q", flavour, message)
				}
			}
		})
	}
}

func TestChallengeIsAPage(t *testing.T) {
	srv, accts := pair(t)
	acct := accts[providertest.Anthropic]
	acct.Next(providertest.Challenge())
	got := do(t, client(t), ask(t, srv, acct, question))
	if got.status != http.StatusForbidden || got.header.Get("Cf-Mitigated") != "challenge" ||
		!strings.HasPrefix(got.header.Get("Content-Type"), "text/html") || !strings.Contains(got.body, "revoked") {
		t.Errorf("got %d %v %s", got.status, got.header, got.body)
	}
}

func TestRedirect(t *testing.T) {
	srv, accts := pair(t)
	acct := accts[providertest.OpenAI]
	acct.Next(providertest.Redirect("https://elsewhere.example/"))
	got := do(t, client(t), ask(t, srv, acct, question))
	if got.status != http.StatusTemporaryRedirect || got.header.Get("Location") != "https://elsewhere.example/" {
		t.Errorf("got %d to %q", got.status, got.header.Get("Location"))
	}
}

func TestScriptAnswersInOrderThenEnds(t *testing.T) {
	srv, accts := pair(t)
	acct := accts[providertest.Anthropic]
	script := acct.Next(providertest.ServerError(), providertest.OK(), providertest.BadRequest())
	var got []int
	for range 4 {
		got = append(got, do(t, client(t), ask(t, srv, acct, question)).status)
	}
	if got[0] != 500 || got[1] != 200 || got[2] != 400 || got[3] != 200 || script.Left() != 0 {
		t.Errorf("statuses %v, %d left", got, script.Left())
	}
}

func TestScriptAlwaysUntilStopped(t *testing.T) {
	srv, accts := pair(t)
	acct := accts[providertest.Anthropic]
	script := srv.Script(providertest.Match{Account: acct}, providertest.Limited().Always())
	for range 3 {
		if got := do(t, client(t), ask(t, srv, acct, question)); got.status != http.StatusTooManyRequests {
			t.Errorf("status %d", got.status)
		}
	}
	script.Stop()
	if got := do(t, client(t), ask(t, srv, acct, question)); got.status != http.StatusOK || script.Left() != 0 {
		t.Errorf("after Stop: %d", got.status)
	}
}

func TestScriptMatches(t *testing.T) {
	a, o := providertest.Anthropic, providertest.OpenAI
	srv, accts := pair(t)
	c := client(t)
	generate := func(f providertest.Flavour) *http.Request { return ask(t, srv, accts[f], question) }
	usage := func(f providertest.Flavour) *http.Request {
		return authorize(get(t, srv.Endpoints(f).UsageURL), accts[f])
	}
	tests := map[string]struct {
		match   providertest.Match
		hit     *http.Request
		notHits []*http.Request
	}{
		"anything":  {providertest.Match{}, generate(o), []*http.Request{usage(o), usage(a)}},
		"flavour":   {providertest.Match{Flavour: o}, generate(o), []*http.Request{generate(a), usage(o)}},
		"account":   {providertest.Match{Account: accts[a]}, generate(a), []*http.Request{generate(o)}},
		"endpoint":  {providertest.Match{Endpoint: providertest.Usage}, usage(a), []*http.Request{generate(a)}},
		"the model": {providertest.Match{Model: "odel-1"}, generate(a), nil},
		"no model":  {providertest.Match{Endpoint: providertest.Usage, Model: ""}, usage(o), []*http.Request{generate(o)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			script := srv.Script(test.match, providertest.Reply(418, nil, "{}"))
			for _, req := range test.notHits {
				if got := do(t, c, req); got.status != http.StatusOK {
					t.Errorf("%s got %d", req.URL.Path, got.status)
				}
			}
			if got := do(t, c, test.hit); got.status != 418 || script.Left() != 0 {
				t.Errorf("%s got %d", test.hit.URL.Path, got.status)
			}
		})
	}
	other := srv.Script(providertest.Match{Model: "model-2"}, providertest.ServerError())
	if got := do(t, c, ask(t, srv, accts[a], question)); got.status != http.StatusOK || other.Left() != 1 {
		t.Errorf("another model got %d", got.status)
	}
}

func TestRefusedCredentialsDoNotUseUpTheScript(t *testing.T) {
	srv, accts := pair(t)
	acct := accts[providertest.Anthropic]
	script := acct.Next(providertest.Limited())
	acct.Expire()
	if got := do(t, client(t), ask(t, srv, acct, question)); got.status != http.StatusUnauthorized || script.Left() != 1 {
		t.Errorf("status %d, %d left", got.status, script.Left())
	}
}

func TestAnswerBehindAGate(t *testing.T) {
	srv, accts := pair(t)
	acct := accts[providertest.Anthropic]
	gate := providertest.NewGate()
	acct.Next(providertest.OK().Behind(gate))
	c, req := client(t), ask(t, srv, acct, question)
	status := make(chan int, 1)
	go func() {
		got, err := try(c, req)
		if err != nil {
			t.Error(err)
		}
		status <- got.status
	}()
	if err := gate.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if n := srv.Stats().Requests; n != 0 {
		t.Errorf("%d calls recorded behind the gate", n)
	}
	gate.Release()
	if got := <-status; got != http.StatusOK {
		t.Errorf("status %d", got)
	}
}
